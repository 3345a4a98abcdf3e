"""A child that ends in the way that its argument says, for tests of contract.isolation."""

import ctypes
import os
import sys
import time

from contract.errors import BundleError
from contract.isolation import serve_isolated


def _end(given: bytes) -> bytes:
    match sys.argv[1]:
        case "crash":
            ctypes.string_at(0)
        case "abort":
            os.abort()
        case "refuse":
            raise BundleError("the file is no file")
        case "raise":
            return bytes(1 // 0)
        case "memory":
            return bytes(1 << 40)
        case "exit":
            os._exit(7)
        case "wait":
            time.sleep(60)
    return given


if __name__ == "__main__":
    serve_isolated(_end)
