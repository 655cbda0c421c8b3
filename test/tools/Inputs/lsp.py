"""lsp.py SERVER: opens a document with an unknown op, and prints what the server says, a message a line."""

import json
import re
import subprocess
import sys

URI = "file:///model.mlir"
TEXT = "func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {\n  %y = graph.no_such_op %x : tensor<2xf32>\n  return %y : tensor<2xf32>\n}\n"
MESSAGES = [
    {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
    {"method": "textDocument/didOpen", "params": {"textDocument": {"uri": URI, "languageId": "mlir", "version": 1, "text": TEXT}}},
    {"id": 2, "method": "shutdown"},
    {"method": "exit"},
]
sent = ""
for message in MESSAGES:
    body = json.dumps({"jsonrpc": "2.0", **message})
    sent += f"Content-Length: {len(body)}\r\n\r\n{body}"
result = subprocess.run([sys.argv[1]], input=sent, capture_output=True, text=True, timeout=60)
for body in re.split(r"Content-Length: \d+\s+", result.stdout):
    print(body.replace("\n", " "))
sys.exit(result.returncode)
