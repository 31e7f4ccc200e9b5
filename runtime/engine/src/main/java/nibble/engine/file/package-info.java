/**
 * Files that hold tensors: {@code .npy}, {@code .npz}, {@code .safetensors} and the initializers of {@code .onnx}.
 * Files are mapped into memory and tensors loaded when asked for. Whatever a file claims is checked before it is
 * believed.
 */
package nibble.engine.file;
