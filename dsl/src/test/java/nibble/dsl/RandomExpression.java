package nibble.dsl;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/** A random expression over matrices: its text, and its value computed here, by other code than the compiler's. */
sealed interface RandomExpression {
  /** Rows and columns of the value; a scalar is 1 x 1 and has no axes. */
  record Matrix(int rows, int columns, boolean scalar, double[] elements) {
    double at(int row, int column) {
      return elements[(rows == 1 ? 0 : row) * columns + (columns == 1 ? 0 : column)];
    }

    static Matrix of(int rows, int columns, Element element) {
      double[] elements = new double[rows * columns];
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          elements[i * columns + j] = element.at(i, j);
        }
      }
      return new Matrix(rows, columns, false, elements);
    }
  }

  /** An element by its indices. */
  interface Element {
    double at(int row, int column);
  }

  String text();

  Matrix value(List<Matrix> inputs);

  record Input(int index) implements RandomExpression {
    @Override
    public String text() {
      return "x" + index;
    }

    @Override
    public Matrix value(List<Matrix> inputs) {
      return inputs.get(index);
    }
  }

  record Number(double value) implements RandomExpression {
    @Override
    public String text() {
      return value < 0 ? "(" + value + ")" : String.valueOf(value);
    }

    @Override
    public Matrix value(List<Matrix> inputs) {
      return new Matrix(1, 1, true, new double[] {value});
    }
  }

  /** A binary operator, or a choice by a comparison. */
  record Binary(String operator, RandomExpression left, RandomExpression right) implements RandomExpression {
    @Override
    public String text() {
      return switch (operator) {
        case "max", "min" -> operator + "(" + left.text() + ", " + right.text() + ")";
        case "if" -> "(if " + left.text() + " <= " + right.text() + " then " + left.text() + " else 0.5)";
        default -> "(" + left.text() + " " + operator + " " + right.text() + ")";
      };
    }

    @Override
    public Matrix value(List<Matrix> inputs) {
      Matrix a = left.value(inputs);
      Matrix b = right.value(inputs);
      Matrix y = Matrix.of(Math.max(a.rows(), b.rows()), Math.max(a.columns(), b.columns()),
          (i, j) -> apply(a.at(i, j), b.at(i, j)));
      return a.scalar() && b.scalar() ? new Matrix(1, 1, true, y.elements()) : y;
    }

    private double apply(double a, double b) {
      return switch (operator) {
        case "+" -> a + b;
        case "-" -> a - b;
        case "*" -> a * b;
        case "/" -> a / b;
        case "max" -> Math.max(a, b);
        case "min" -> Math.min(a, b);
        case "if" -> a <= b ? a : 0.5;
        default -> throw new IllegalStateException(operator);
      };
    }
  }

  /** A function of each element. */
  record Unary(String function, RandomExpression operand) implements RandomExpression {
    @Override
    public String text() {
      return switch (function) {
        case "-" -> "-" + operand.text();
        case "** 2", "** 3" -> "(" + operand.text() + ") " + function;
        case "method" -> "(" + operand.text() + ").abs()";
        default -> function + "(" + operand.text() + ")";
      };
    }

    @Override
    public Matrix value(List<Matrix> inputs) {
      Matrix x = operand.value(inputs);
      return new Matrix(
          x.rows(), x.columns(), x.scalar(), Arrays.stream(x.elements()).map(this::apply).toArray());
    }

    private double apply(double x) {
      return switch (function) {
        case "-" -> -x;
        case "** 2" -> x * x;
        case "** 3" -> x * x * x;
        case "method" -> Math.abs(x);
        case "floor" -> Math.floor(x);
        case "relu" -> x < 0 ? 0 : x;
        case "tanh" -> Math.tanh(x);
        default -> throw new IllegalStateException(function);
      };
    }
  }

  /** Something that moves or adds elements of a matrix with two axes. */
  record Movement(String kind, RandomExpression operand) implements RandomExpression {
    @Override
    public String text() {
      String x = operand.text();
      return switch (kind) {
        case "transpose" -> "(" + x + ").T";
        case "gram" -> "(" + x + " @ (" + x + ").T)";
        case "rows" -> "sum(" + x + ", axis = 0, keep = true)";
        case "columns" -> "mean(" + x + ", axis = -1, keep = true)";
        case "first" -> "(" + x + ")[0:1]";
        case "last" -> "(" + x + ")[:, -1:]";
        case "row" -> "(" + x + ")[-1, new, :]";
        case "rearrange" -> "rearrange(" + x + ", a b -> b a)";
        case "flat" -> "(" + x + ").reshape[1, -1]";
        default -> throw new IllegalStateException(kind);
      };
    }

    @Override
    public Matrix value(List<Matrix> inputs) {
      Matrix x = operand.value(inputs);
      int m = x.rows();
      int n = x.columns();
      return switch (kind) {
        case "transpose", "rearrange" -> Matrix.of(n, m, (i, j) -> x.at(j, i));
        case "gram" -> Matrix.of(m, m, (i, j) -> sum(n, k -> x.at(i, k) * x.at(j, k)));
        case "rows" -> Matrix.of(1, n, (i, j) -> sum(m, k -> x.at(k, j)));
        case "columns" -> Matrix.of(m, 1, (i, j) -> sum(n, k -> x.at(i, k)) / n);
        case "first" -> Matrix.of(1, n, (i, j) -> x.at(0, j));
        case "last" -> Matrix.of(m, 1, (i, j) -> x.at(i, n - 1));
        case "row" -> Matrix.of(1, n, (i, j) -> x.at(m - 1, j));
        case "flat" -> new Matrix(1, m * n, false, x.elements());
        default -> throw new IllegalStateException(kind);
      };
    }

    private static double sum(int count, IntToDoubleFunction term) {
      double sum = 0;
      for (int k = 0; k < count; k++) {
        sum += term.applyAsDouble(k);
      }
      return sum;
    }
  }

  /**
   * A random expression whose operators fit.
   *
   * @param inputs what the inputs are; their extents decide what fits
   */
  static RandomExpression random(Random random, List<Matrix> inputs, int depth) {
    if (depth == 0 || random.nextInt(8) == 0) {
      return random.nextInt(4) == 0
          ? new Number(random.nextInt(-8, 9) / 2.0)
          : new Input(random.nextInt(inputs.size()));
    }
    RandomExpression left = random(random, inputs, depth - 1);
    Matrix a = left.value(inputs);
    switch (random.nextInt(3)) {
      case 0 -> {
        RandomExpression right = random(random, inputs, depth - 1);
        Matrix b = right.value(inputs);
        boolean fits = (a.rows() == b.rows() || a.rows() == 1 || b.rows() == 1)
            && (a.columns() == b.columns() || a.columns() == 1 || b.columns() == 1);
        String[] operators = {"+", "-", "*", "/", "max", "min", "if"};
        return fits ? new Binary(operators[random.nextInt(operators.length)], left, right) : left;
      }
      case 1 -> {
        String[] functions = {"-", "** 2", "** 3", "method", "floor", "relu", "tanh"};
        return new Unary(functions[random.nextInt(functions.length)], left);
      }
      default -> {
        String[] kinds = {"transpose", "gram", "rows", "columns", "first", "last", "row", "rearrange", "flat"};
        return a.scalar() ? left : new Movement(kinds[random.nextInt(kinds.length)], left);
      }
    }
  }
}
