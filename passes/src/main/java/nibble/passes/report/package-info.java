/** What people see of a pipeline run: dumps, differences, explanations. */
package nibble.passes.report;
