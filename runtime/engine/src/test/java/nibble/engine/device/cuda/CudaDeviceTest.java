package nibble.engine.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CUDA device on a driver that records its calls. */
class CudaDeviceTest {
  private static final String NOTHING_LIVE = "live streams=0 events=0 modules=0 memory=0 host=0";

  @TempDir
  private static Path folder;
  private static FakeCuda cuda;

  @BeforeAll
  static void build() throws Exception {
    Optional<FakeCuda> built = FakeCuda.build(folder);
    if (built.isEmpty()) {
      System.out.println("skipped: the tests of the CUDA device build a driver with gcc, and there is none");
    }
    Assumptions.assumeTrue(built.isPresent(), "gcc is missing");
    cuda = built.get();
  }

  private static void assertClean(FakeCuda.Run run) {
    assertEquals("", run.errors());
    assertTrue(run.calls().getLast().endsWith(NOTHING_LIVE), () -> String.join("\n", run.calls()));
  }

  @Test
  void theDeviceSaysWhatItIs() throws Exception {
    FakeCuda.Run run = cuda.run("describe", Map.of("FAKE_CUDA_CAPABILITY", "89"));
    assertEquals(
        List.of(
            "DeviceInfo[name=cuda:0, description=Fake GPU 0, compute capability 8.9, target=sm_89, "
                + "multiprocessors=132, "
                + "maxThreadsPerBlock=1024, sharedBytesPerBlock=49152, maxSharedBytesPerBlock=232448, "
                + "totalBytes=1073741824]",
            "MemoryInfo[freeBytes=1073741824, totalBytes=1073741824]"),
        run.output());
    assertEquals(
        List.of("cuInit", "cuDeviceGet 0", "cuDevicePrimaryCtxRetain 0", "cuCtxSynchronize",
            "cuDevicePrimaryCtxRelease 0 " + NOTHING_LIVE),
        run.calls());
    assertClean(run);
  }

  @Test
  void theTargetIsThatOfTheArchitecture() {
    assertEquals("sm_80", CudaAttributes.target(8, 0));
    assertEquals("sm_90a", CudaAttributes.target(9, 0));
    assertEquals("sm_120a", CudaAttributes.target(12, 0));
  }

  /** The driver encodes it, and the kernel gets what it has made. */
  @Test
  void tensorMaps() throws Exception {
    FakeCuda.Run run = cuda.run("tensorMap");
    assertEquals(
        List.of(
            "cuTensorMapEncodeTiled type1 memory1+256 40/0/64/1 7/96/128/1 3/1024/1/1 interleave0 swizzle3 promotion2 "
                + "fill0",
            "cuLaunchKernel mapped grid=1,1,1 block=32,1,1 shared=0 stream1 memory1+0 m64:5a5a5a5a5a5a5a5a"),
        run.calls("cuTensorMapEncodeTiled", "cuLaunchKernel"));
    assertClean(run);
    FakeCuda.Run refused = cuda.run("tensorMap", Map.of("FAKE_CUDA_FAIL", "cuTensorMapEncodeTiled:1:1"));
    assertEquals(
        List.of("DeviceException: CUDA_ERROR_INVALID_VALUE while encoding a tensor map of matrix"), refused.output());
    assertEquals(4, refused.exit());
  }

  @Test
  void argumentsReachTheKernelByteForByte() throws Exception {
    FakeCuda.Run run = cuda.run("arguments");
    assertEquals(
        List.of("used 42 registers",
            "KernelResources[registers=42, sharedBytes=1024, localBytes=0, maxThreadsPerBlock=512]"),
        run.output());
    assertEquals(
        List.of("cuLaunchKernel many grid=7,2,3 block=32,4,1 shared=16 stream1 memory1+0 memory1+1036 s32:fffffffe "
            + "u32:89abcdef f32:bfc00000 u64:1122334455667788"),
        run.calls("cuLaunchKernel"));
    assertEquals(
        List.of("cuModuleLoadDataEx bytes=" + run.calls("cuModuleLoadDataEx").getFirst().replaceAll(
            "\\D+(\\d+) .*", "$1")
            + " info=65536 error=65536 lineinfo=1"),
        run.calls("cuModuleLoadDataEx"));
    assertEquals(List.of("cuMemAlloc 67108864 -> memory1"), run.calls("cuMemAlloc"), "one slab holds both buffers");
    assertClean(run);
  }

  @Test
  void streamsWaitForEachOther() throws Exception {
    FakeCuda.Run run = cuda.run("ordering");
    assertEquals(List.of("before 205 false", "after 8 7 true"), run.output());
    assertEquals(
        List.of(
            "cuMemsetD8Async memory1+0 value=7 bytes=64 stream1",
            "cuEventRecord event1 stream1",
            "cuStreamWaitEvent stream2 event1",
            "cuLaunchKernel increment grid=1,1,1 block=32,1,1 shared=0 stream2 memory1+0 u32:00000020",
            "cuMemcpyDtoDAsync memory1+256 <- memory1+0 bytes=64 stream2",
            "cuMemcpyDtoHAsync host1+0 <- memory1+256 bytes=64 stream2",
            "cuStreamSynchronize stream2"),
        run.calls(
            "cuMemsetD8Async", "cuEventRecord", "cuStreamWaitEvent", "cuLaunchKernel", "cuMemcpyDtoDAsync",
            "cuMemcpyDtoHAsync", "cuStreamSynchronize"));
    assertEquals(
        List.of("cuStreamCreate flags=1 -> stream1", "cuStreamCreate flags=1 -> stream2"), run.calls("cuStreamCreate"),
        "no stream waits for the default stream");
    assertClean(run);
  }

  @Test
  void stagedCopiesGoThroughPinnedMemory() throws Exception {
    FakeCuda.Run run = cuda.run("staged");
    assertEquals(List.of("-1"), run.output());
    assertEquals(2, run.calls("cuMemHostAlloc").size());
    List<String> copies = run.calls("cuMemcpyHtoDAsync");
    assertEquals(10, copies.size());
    assertEquals("cuMemcpyHtoDAsync memory1+8 <- host1+0 bytes=1024 stream1", copies.getFirst());
    assertEquals("cuMemcpyHtoDAsync memory1+9224 <- host2+0 bytes=784 stream1", copies.getLast());
    assertClean(run);
  }

  @Test
  void eventsTell() throws Exception {
    FakeCuda.Run run = cuda.run("timing");
    assertEquals(List.of("1.5"), run.output());
    assertClean(run);
  }

  @Test
  void refusedPtxShowsTheCompilersLog() throws Exception {
    FakeCuda.Run run = cuda.run("refusedPtx");
    assertEquals(4, run.exit());
    assertEquals(
        List.of("DeviceException: CUDA_ERROR_INVALID_PTX while compiling the PTX of gemm_1:",
            "  ptxas, line 12; fatal: Unknown symbol 'x'"),
        run.output());
    assertClean(run);
  }

  @Test
  void aMissingKernelIsNamed() throws Exception {
    FakeCuda.Run run = cuda.run("noKernel");
    assertEquals(List.of("DeviceException: the module test has no kernel 'gone'"), run.output());
    assertClean(run);
  }

  @Test
  void fullMemorySaysWhoHasIt() throws Exception {
    FakeCuda.Run run = cuda.run("outOfMemory");
    assertEquals(4, run.exit());
    assertEquals(
        List.of(
            "1048576",
            "DeviceException: CUDA_ERROR_OUT_OF_MEMORY while allocating 2147483648 bytes of GPU memory; the buffer "
                + "'activations' needs 2147483648 bytes, 1048576 are in use by 1 buffers (the largest: 'weights', "
                    + "1048576 "
                + "bytes)",
            "hint: use a smaller batch, or a recipe with narrower weights"),
        run.output());
    assertClean(run);
  }

  @Test
  void dynamicSharedMemoryIsAskedForOnceForEachRise() throws Exception {
    FakeCuda.Run run = cuda.run("sharedMemory");
    assertEquals(
        List.of(
            "cuLaunchKernel increment grid=1,1,1 block=32,1,1 shared=48000 stream1 memory1+0 u32:00000001",
            "cuFuncSetAttribute increment dynamic=100000",
            "cuLaunchKernel increment grid=1,1,1 block=32,1,1 shared=100000 stream1 memory1+0 u32:00000001",
            "cuLaunchKernel increment grid=1,1,1 block=32,1,1 shared=90000 stream1 memory1+0 u32:00000001",
            "cuFuncSetAttribute increment dynamic=120000",
            "cuLaunchKernel increment grid=1,1,1 block=32,1,1 shared=120000 stream1 memory1+0 u32:00000001"),
        run.calls("cuLaunchKernel", "cuFuncSetAttribute"));
    assertEquals(
        List.of(
            "kernel increment asks for 233024 bytes of shared memory a block; cuda:0 has 232448 | compile for sm_90a, "
                + "or "
                + "choose smaller tiles",
            "DeviceException: kernel increment can't be launched with 513 threads a block: it allows 512 on cuda:0 (42 "
                + "registers a thread)"),
        run.output());
    assertClean(run);
  }

  @Test
  void whatIsLeftOpenIsReportedAndClosedInReverseOrder() throws Exception {
    FakeCuda.Run run = cuda.run("leaks");
    assertEquals(
        List.of("2 buffers were not given back:", "  first, 1000 bytes", "  second, 300 bytes", "true"), run.output());
    assertEquals(
        List.of("cuCtxSynchronize", "cuMemFreeHost host1", "cuEventDestroy event1", "cuStreamDestroy stream1",
            "cuModuleUnload module1", "cuMemFree memory1", "cuDevicePrimaryCtxRelease 0 " + NOTHING_LIVE),
        run.calls().subList(run.calls().size() - 7, run.calls().size()));
  }

  @Test
  void anErrorOfAKernelIsToldOnceAndEverythingIsReleased() throws Exception {
    FakeCuda.Run run = cuda.run("ordering", Map.of("FAKE_CUDA_FAIL", "cuStreamSynchronize:1:700"));
    assertEquals(4, run.exit());
    assertEquals(
        List.of(
            "before 205 false",
            "DeviceException: CUDA_ERROR_ILLEGAL_ADDRESS while waiting for a stream",
            "hint: run the same on the PTX machine, which names the access: --device emulator"),
        run.output());
    assertEquals("", run.errors());
    assertTrue(run.calls().getLast().startsWith("cuDevicePrimaryCtxRelease 0"), () -> String.join("\n", run.calls()));
  }

  @Test
  void aRefusedLaunchNamesTheKernel() throws Exception {
    FakeCuda.Run run = cuda.run("ordering", Map.of("FAKE_CUDA_FAIL", "cuLaunchKernel:1:701"));
    assertEquals(
        List.of(
            "DeviceException: CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES while launching increment with grid 1,1,1 and block "
                + "32,1,1",
            "hint: the block needs more registers than there are: use fewer threads"),
        run.output());
    assertClean(run);
  }

  @Test
  void anErrorWhileClosingKeepsNothingOpen() throws Exception {
    FakeCuda.Run run = cuda.run("leaks", Map.of("FAKE_CUDA_FAIL", "cuModuleUnload:1:400"));
    assertEquals("DeviceException: CUDA_ERROR_INVALID_HANDLE while unloading test", run.output().getLast());
    assertTrue(
        run.calls().getLast().endsWith("live streams=0 events=0 modules=1 memory=0 host=0"), run.calls().getLast());
  }

  @Test
  void aContextThatCannotBeMadeIsAnError() throws Exception {
    FakeCuda.Run run = cuda.run("describe", Map.of("FAKE_CUDA_FAIL", "cuDevicePrimaryCtxRetain:1:2"));
    assertEquals(List.of("DeviceException: CUDA_ERROR_OUT_OF_MEMORY while making a context on cuda:0"), run.output());
  }

  @Test
  void everyDeviceHasAContextOfItsOwn() throws Exception {
    FakeCuda.Run run = cuda.run("twoDevices", Map.of("FAKE_CUDA_DEVICES", "2"));
    assertEquals(List.of("cuda:0 cuda:1 Fake GPU 1, compute capability 9.0"), run.output());
    assertEquals(2, run.calls("cuDevicePrimaryCtxRelease").size());
    assertClean(run);
  }

  @Test
  void aDeviceCanBeUsedFromAnotherThread() throws Exception {
    FakeCuda.Run run = cuda.run("threads");
    assertEquals(List.of("done"), run.output());
    assertClean(run);
  }

  @Test
  void autoTakesTheGpuAndSaysSo() throws Exception {
    FakeCuda.Run run = cuda.run("auto", Map.of("FAKE_CUDA_DEVICES", "2"));
    assertEquals(
        List.of("cuda:0 | cuda:0 (Fake GPU 0, compute capability 9.0), the first of 2 found"), run.output());
  }

  @Test
  void autoDoesNotFallBackFromAGpuThatFails() throws Exception {
    FakeCuda.Run run = cuda.run("auto", Map.of("FAKE_CUDA_FAIL", "cuDevicePrimaryCtxRetain:1:2"));
    assertEquals(
        List.of(
            "DeviceException: the GPU that '--device auto' found can't be used: CUDA_ERROR_OUT_OF_MEMORY while "
                + "making a "
                + "context on cuda:0",
            "hint: take the PTX machine with --device emulator"),
        run.output());
  }

  @Test
  void aNumberThatNoGpuHas() throws Exception {
    FakeCuda.Run run = cuda.run("cuda1");
    assertEquals(
        List.of("DeviceException: there is no cuda:1: this machine has 1 GPU", "hint: they are numbered from 0"),
        run.output());
  }

  @Test
  void aDriverWithoutAGpuIsNoGpu() throws Exception {
    FakeCuda.Run run = cuda.run("auto", Map.of("FAKE_CUDA_FAIL", "cuInit:1:100"));
    assertEquals(
        List.of("emulator | the PTX machine, since there is no GPU: libcuda.so.1 was found, but cuInit failed with "
            + "CUDA_ERROR_NO_DEVICE"),
        run.output());
  }

  @Test
  void withoutADriverNothingOfJCudaIsLoaded() throws Exception {
    Assumptions.assumeFalse(CudaDriver.find().absence().isEmpty(), "this machine has a driver");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Path calls = Files.createFile(empty.resolve("calls"));
    FakeCuda.Run run = FakeCuda.fork("cuda1", Map.of(), empty.toString(), calls);
    assertEquals(
        List.of(
            "DeviceException: there is no CUDA device: NVIDIA's driver library libcuda.so.1 was looked for in the "
                + "system's "
                + "library folders and in LD_LIBRARY_PATH (" + empty + "), and not found",
            "hint: run on the PTX machine with --device emulator"),
        run.output());
    assertEquals("", run.errors());
    try (var files = Files.list(empty)) {
      assertFalse(files.anyMatch(file -> file.getFileName().toString().contains("JCuda")));
    }
  }
}
