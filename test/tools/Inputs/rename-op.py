"""rename-op.py IN.pt2 OUT.pt2 OLD NEW: the same archive with an operator called otherwise."""

import sys
import zipfile

source, target, old, new = sys.argv[1:]
with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w") as out:
    for entry in archive.infolist():
        data = archive.read(entry)
        if entry.filename.endswith("/models/model.json"):
            assert old.encode() in data
            data = data.replace(old.encode(), new.encode())
        out.writestr(entry.filename, data)
