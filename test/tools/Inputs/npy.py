"""npy.py DIR NAME=DTYPE:NUMBERS...: writes one-dimensional .npy files with nothing but the standard library."""

import os
import struct
import sys

FORMATS = {"f4": "f", "f8": "d", "i8": "q", "i4": "i"}
folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
for argument in sys.argv[2:]:
    name, rest = argument.rsplit("=", 1)
    dtype, numbers = rest.split(":")
    values = [float(x) if dtype[0] == "f" else int(x) for x in numbers.split(",") if x]
    header = "{'descr': '<%s', 'fortran_order': False, 'shape': (%d,), }" % (dtype, len(values))
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    file_name = name.replace("%", "%25").replace("/", "%2F") + ".npy"
    with open(os.path.join(folder, file_name), "wb") as out:
        out.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        out.write(struct.pack("<%d%s" % (len(values), FORMATS[dtype]), *values))
