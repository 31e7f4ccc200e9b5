package nibble.codegen.lower;

import com.google.common.collect.ImmutableList;
import nibble.codegen.ptx.Kernel;

/**
 * A tile program as PTX. The kernel's parameters are the buffers of the program and then the sizes, as u32, and last
 * the tensor maps.
 *
 * @param kernel the code
 * @param sizes names of the symbolic sizes that it takes, in order
 * @param maps the tensor maps that it takes, in order
 * @param threads threads of a block
 * @param sharedBytes dynamic shared memory of a block
 */
public record PtxKernel(
    Kernel kernel, ImmutableList<String> sizes, ImmutableList<MapParameter> maps, int threads, int sharedBytes) {}
