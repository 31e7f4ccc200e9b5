package sample.accuracy;

/**
 * Cosines of embeddings with those without a recipe.
 *
 * @param recipe its name
 * @param mean of all sentences
 * @param fifth what 5 % of the sentences are below
 * @param least of all
 */
record EmbeddingRow(String recipe, double mean, double fifth, double least) {}
