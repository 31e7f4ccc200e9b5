package nibble.codegen.assemble;

import nibble.codegen.target.PtxVersion;

/** Releases of CUDA and the newest PTX version that their assemblers take (PTX ISA 13, release notes). */
record CudaRelease(int major, int minor) {
  private static final int[] PTX_MINOR_OF_12 = {0, 1, 2, 3, 4, 5, 5, 6, 7, 8};

  PtxVersion newestPtx() {
    return switch (major) {
      case 11 -> new PtxVersion(7, minor);
      case 12 -> new PtxVersion(8, PTX_MINOR_OF_12[Math.min(minor, PTX_MINOR_OF_12.length - 1)]);
      default -> major < 11 ? new PtxVersion(6, 0) : new PtxVersion(major - 4, minor);
    };
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
