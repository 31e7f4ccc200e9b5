/** What a model argument of the command line stands for: a sample folder with a manifest, or a plain model file. */
package nibble.engine.sample;
