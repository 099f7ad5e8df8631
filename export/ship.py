"""`python -m export.ship`: put an exported model into `engine/models/`, its sha256 into the list there."""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from pathlib import Path

from engine.inference.registry import SHIPPED
from engine.inference.session import ModelSession


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.ship", description=__doc__)
    parser.add_argument("model", type=Path, help="an .onnx written by export.to_onnx")
    options = parser.parse_args(argv)
    print(ship(options.model))
    return 0


def ship(model: Path, folder: Path = SHIPPED) -> Path:
    """Copy `model` into `folder` under its own id and list it there. Raises ModelError for a wrong spec."""
    with ModelSession(model, "cpu") as session:
        name = session.spec.id
    target = folder / f"{name}.onnx"
    if model.resolve() != target.resolve():
        shutil.copyfile(model, target)
    content = target.read_bytes()
    file = folder / "models.json"
    table = json.loads(file.read_text()) if file.exists() else {"schema": 1, "models": {}}
    table["models"][name] = {
        "file": target.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
    }
    file.write_text(json.dumps(table, indent=2, sort_keys=True) + "\n")
    return target


if __name__ == "__main__":
    sys.exit(main())
