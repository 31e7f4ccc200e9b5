"""Made the .npy and .npz files beside it, with NumPy 2.4. Run in this folder."""

import numpy as np

for dtype in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1"]:
    values = np.array([[0, 1, 2], [3, 100, 127]], dtype=dtype)
    np.save(f"c_{dtype}.npy", values)
    np.save(f"fortran_{dtype}.npy", np.asfortranarray(values))
    if dtype[1] != "1":
        np.save(f"big_{dtype}.npy", values.astype(">" + dtype))
np.save("bool.npy", np.array([True, False, True]))
np.save("scalar.npy", np.float32(2.5))
np.save("empty.npy", np.zeros((0, 4), "f4"))
np.save("fortran_3d.npy", np.asfortranarray(np.arange(24, dtype="i4").reshape(2, 3, 4)))
np.save("complex.npy", np.zeros(2, "c8"))
np.save("structured.npy", np.zeros(2, [("a", "f4"), ("b", "i4")]))
for version in [(2, 0), (3, 0)]:
    with open(f"version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, np.arange(5, dtype="f4"), version=version)
arrays = {"layer.weight": np.arange(6, dtype="f4").reshape(2, 3), "layer.bias": np.arange(3, dtype="f2")}
np.savez("stored.npz", **arrays)
np.savez_compressed("deflated.npz", **arrays)

# Limits so low that every record of the archive is one of ZIP64.
import zipfile

zipfile.ZIP64_LIMIT = 10
zipfile.ZIP_FILECOUNT_LIMIT = 1
np.savez("zip64.npz", **arrays)
