package nibble.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSetMultimap;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SliceRule;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.antlr.v4.runtime.Recognizer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The walls between the modules, as docs/architecture.md draws them, and what no module may do. */
class ArchitectureTest {
  /** Each module's package, and the modules that it may use. */
  static final ImmutableMap<String, ImmutableSet<String>> MODULES = ImmutableMap.of(
      "ir", ImmutableSet.of(),
      "dsl", ImmutableSet.of("ir"),
      "passes", ImmutableSet.of("ir"),
      "codegen", ImmutableSet.of("ir"),
      "emulator", ImmutableSet.of(),
      "engine", ImmutableSet.of("ir", "dsl", "passes", "codegen", "emulator"),
      "cli", ImmutableSet.of("ir", "dsl", "passes", "codegen", "emulator", "engine"));

  static final ImmutableSet<String> NAMES = MODULES.keySet();

  /** Each package of kernel generators, and those that it may use besides what is common to all. */
  static final ImmutableMap<String, ImmutableSet<String>> KERNELS = ImmutableMap.of(
      "operand", ImmutableSet.of(),
      "product", ImmutableSet.of("operand"),
      "attention", ImmutableSet.of("operand"),
      "selection", ImmutableSet.of(),
      "sweep", ImmutableSet.of());

  static final ImmutableSet<String> KERNEL_NAMES = KERNELS.keySet();
  private static final String KERNEL = "nibble.codegen.kernel";

  /** From and to: dependencies that close a cycle. */
  static final ImmutableSetMultimap<String, String> KNOWN_CYCLES = ImmutableSetMultimap.<String, String>builder()
      // An op says its meaning and its error in its own file (decision D2), in tensors and bounds; what runs them must
      // know the few ops that are no function of tensors: for, kernel, weight.
      .put("nibble.ir.eval", "nibble.ir.op")
      .put("nibble.ir.bound", "nibble.ir.op")
      .put("nibble.ir.verify", "nibble.ir.op")
      // The same of Tile IR, whose dialect lists its ops.
      .put("nibble.codegen.tile", "nibble.codegen.tile.op")
      // Code names the helper methods that it calls by their Java types, and all of them take the warp that runs it.
      .put("nibble.emulator.code", "nibble.emulator.execute")
      .build();

  private static JavaClasses classes;

  @BeforeAll
  static void readClasses() {
    classes = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
        .withImportOption(location -> !location.contains("-tests.jar")).importPackages("nibble");
  }

  private static String packages(String module) {
    return "nibble." + module + "..";
  }

  /** The parsers that ANTLR writes have static arrays. */
  private static DescribedPredicate<JavaClass> generated() {
    return assignableTo(Recognizer.class).as("generated parsers");
  }

  @Test
  void thereAreTheseModules() {
    Set<String> found = classes.stream().map(type -> type.getPackageName().split("\\.")[1])
        .collect(Collectors.toSet());
    assertEquals(NAMES, found);
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void modulesUseOnlyWhatIsBelowThem(String module) {
    String[] others = NAMES.stream()
        .filter(other -> !other.equals(module) && !MODULES.get(module).contains(other))
        .map(ArchitectureTest::packages).toArray(String[]::new);
    noClasses().that().resideInAPackage(packages(module))
        .should().dependOnClassesThat().resideInAnyPackage(others).allowEmptyShould(true)
        .check(classes);
  }

  @Test
  void thereAreTheseKernels() {
    Set<String> found = classes.stream().map(JavaClass::getPackageName).filter(name -> name.startsWith(KERNEL + "."))
        .map(name -> name.substring(KERNEL.length() + 1)).collect(Collectors.toSet());
    assertEquals(KERNEL_NAMES, found);
  }

  @ParameterizedTest
  @FieldSource("KERNEL_NAMES")
  void kernelsUseOnlyWhatIsBelowThem(String kernel) {
    String[] others = KERNEL_NAMES.stream()
        .filter(other -> !other.equals(kernel) && !KERNELS.get(kernel).contains(other))
        .map(other -> KERNEL + "." + other).toArray(String[]::new);
    noClasses().that().resideInAPackage(KERNEL + "." + kernel)
        .should().dependOnClassesThat().resideInAnyPackage(others).check(classes);
  }

  @Test
  void whatKernelsAreMadeOfKnowsNoKernel() {
    noClasses().that().resideInAPackage(KERNEL)
        .should().dependOnClassesThat().resideInAPackage(KERNEL + ".*..").check(classes);
  }

  @Test
  void irDependsOnGuavaAlone() {
    noClasses().that().resideInAPackage(packages("ir"))
        .should().dependOnClassesThat(DescribedPredicate.not(
            resideInAnyPackage(packages("ir"), "java..", "com.google.common.."))
            .as("are neither its own, nor Java's, nor Guava's"))
        .check(classes);
  }

  /**
   * A module's own package is its face: it shows the types that the packages behind it work on, and wires those
   * together. What it knows of them makes no cycle that one could trip over. The others are known, each for its reason.
   */
  @ParameterizedTest
  @FieldSource("NAMES")
  void packagesOfAModuleHaveNoCycles(String module) {
    SliceRule acyclic = slices().assignedFrom(new Packages("nibble." + module)).should().beFreeOfCycles()
        .ignoreDependency(resideInAPackage("nibble." + module), DescribedPredicate.alwaysTrue());
    for (Map.Entry<String, String> known : KNOWN_CYCLES.entries()) {
      acyclic = acyclic.ignoreDependency(resideInAPackage(known.getKey()), resideInAPackage(known.getValue()));
    }
    acyclic.check(classes);
  }

  @Test
  void knownCyclesAreStillThere() {
    KNOWN_CYCLES.forEach((from, to) -> assertThrows(AssertionError.class, () ->
        noClasses().that().resideInAPackage(from).should().dependOnClassesThat().resideInAPackage(to).check(classes)));
  }

  /** Each package of a module is a slice, the module's own among them. */
  private static final class Packages implements SliceAssignment {
    private final String module;

    Packages(String module) {
      this.module = module;
    }

    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      String name = type.getPackageName();
      return name.equals(module) || name.startsWith(module + ".") ? SliceIdentifier.of(name) : SliceIdentifier.ignore();
    }

    @Override
    public String getDescription() {
      return "packages of " + module;
    }
  }

  @Test
  void nothingStaticChanges() {
    fields().that().areStatic().and().areDeclaredInClassesThat(DescribedPredicate.not(generated()))
        .should().beFinal().check(classes);
    noFields().that().areStatic().and().arePublic().and().areDeclaredInClassesThat(DescribedPredicate.not(generated()))
        .should().haveRawType(mutable()).check(classes);
  }

  private static DescribedPredicate<JavaClass> mutable() {
    return DescribedPredicate.describe("arrays or Java's own collections", type -> type.isArray()
        || (type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class))
            && type.getPackageName().equals("java.util"));
  }

  @Test
  void onlyTheCommandEndsTheProcess() {
    noClasses().that().resideOutsideOfPackage(packages("cli"))
        .should().callMethod(System.class, "exit", int.class)
        .orShould().callMethod(Runtime.class, "halt", int.class)
        .orShould().callMethod(Runtime.class, "exit", int.class)
        .check(classes);
  }

  @Test
  void onlyTheCommandWritesToStandardStreams() {
    noClasses().that().resideOutsideOfPackage(packages("cli"))
        .should(ACCESS_STANDARD_STREAMS)
        .orShould(USE_JAVA_UTIL_LOGGING)
        .check(classes);
  }
}
