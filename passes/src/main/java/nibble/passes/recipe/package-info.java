/** Recipes as pipelines: what each clause means, which paths it applies to, and the explanation of both. */
package nibble.passes.recipe;
