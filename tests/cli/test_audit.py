"""`lrs audit checkpoint`, `prove`, `export`, `verify` and `anchor`, on both engines."""

import json
import shutil
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from lrs.audit.note import Ed25519Key, open_checkpoint
from lrs.audit.proof import parse_proof, read_statement_proof
from lrs.main import open_store
from lrs.settings import Settings
from tests.audit.stores import Rows, audited
from tests.conftest import Lrs, succeed

ROOT = Path(__file__).parents[2]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "signing.key"


@pytest.fixture
def lrs(lrs: Lrs, settings: Settings, key: Path, monkeypatch: pytest.MonkeyPatch) -> Lrs:
    """Run `lrs audit` on a store with a few statements."""
    monkeypatch.setenv("LRS_SIGNING_KEY", str(key))
    with audited(settings, key) as log:
        log.record(5)
    return partial(lrs, "audit")


def record(settings: Settings, key: Path, count: int = 1) -> str:
    """Record statements while no command runs; return the last one's id."""
    with audited(settings, key) as log:
        return str(log.record(count)[-1])


def tamper(settings: Settings) -> None:
    with open_store(settings) as store:
        (state,) = Rows(store).run("select state from event where :position = 3")[0]
        Rows(store).run("update event set state = ? where :position = 4", bytes(state))


def test_a_checkpoint_covers_the_whole_log_without_a_server(lrs: Lrs, key: Path) -> None:
    out = succeed(lrs, "checkpoint")
    told = succeed(lrs, "checkpoint", "--json")
    assert told["checkpoint"] == out
    head = open_checkpoint(out.encode(), Ed25519Key.parse(told["key"]))
    assert (head.origin, head.size) == (told["origin"], told["size"]) == (head.origin, 6)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_statement_is_proven_as_text_and_as_json(lrs: Lrs, settings: Settings, key: Path) -> None:
    statement = record(settings, key)
    proof = read_statement_proof(succeed(lrs, "prove", statement, "--json"))
    signer = Ed25519Key.parse(succeed(lrs, "checkpoint", "--json")["key"])
    with open_store(settings) as store:
        body = store.log.statements([proof.statement])[proof.statement]
    assert proof.verify(body, signer)
    text = succeed(lrs, "prove", statement).encode()
    assert parse_proof(text).verify(proof.leaf, signer)
    assert len(text) < 8 * 1024
    assert lrs("prove", str(uuid4()))[0] == 1
    assert lrs("prove", "seven")[0] == 1


def test_a_bundle_is_exported_for_its_owners_eyes_and_verified(lrs: Lrs, tmp_path: Path) -> None:
    bundle, kept = tmp_path / "log.bundle", tmp_path / "kept"
    kept.write_text(succeed(lrs, "checkpoint"))
    _, out, err = lrs("export", "-o", str(bundle))
    assert (out, "6 events" in err) == ("", True)
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    code, out, _ = lrs("verify", str(bundle))
    assert (code, out.split(":")[0], "UNANCHORED" in out) == (0, "OK", True)
    code, out, _ = lrs("verify", str(bundle), "--trusted", str(kept))
    assert (code, "UNANCHORED" in out) == (0, False)
    report = succeed(lrs, "verify", str(bundle), "--trusted", str(kept), "--json")
    assert (report["verdict"], report["anchored"], report["findings"]) == ("OK", 6, [])


def test_an_export_is_told_to_the_log_and_the_next_one_has_it(lrs: Lrs, tmp_path: Path) -> None:
    bundle = tmp_path / "log.bundle"
    succeed(lrs, "export", "-o", str(bundle))
    succeed(lrs, "export", "-o", str(bundle))
    assert '"topic":"RecordsDisclosed"' in bundle.read_text()
    assert "lrs audit export" in bundle.read_text()
    assert [each.name for each in tmp_path.glob(".log.bundle*")] == []


def test_a_finding_is_exit_code_1_and_what_cannot_be_read_is_2(
    lrs: Lrs, settings: Settings, tmp_path: Path
) -> None:
    succeed(lrs, "checkpoint")
    tamper(settings)
    bundle = tmp_path / "log.bundle"
    succeed(lrs, "export", "-o", str(bundle))
    code, out, _ = lrs("verify", str(bundle))
    assert (code, out.split(":")[0]) == (1, "TAMPERED leaf 3 (event 4)")
    code, out, _ = lrs("verify", str(bundle), "--json")
    assert (code, json.loads(out)["findings"][0]["leaf"]) == (1, 3)
    assert lrs("verify", str(tmp_path / "nothing"))[0] == 2
    assert lrs("verify", str(bundle), "--trusted", str(tmp_path / "nothing"))[0] == 2
    assert lrs("verify")[0] == 2


def test_a_bundle_is_exported_even_if_nothing_can_be_signed_any_more(
    lrs: Lrs, settings: Settings, key: Path, tmp_path: Path
) -> None:
    succeed(lrs, "checkpoint")
    record(settings, key)
    key.unlink()
    code, out, err = lrs("checkpoint")
    assert (code, out) == (1, "")
    assert "--new-key" in err
    code, _, err = lrs("export", "-o", str(tmp_path / "log.bundle"))
    assert code == 0
    assert "6 events" in err
    assert succeed(lrs, "checkpoint", "--new-key").startswith("bichron/")


def test_a_bundle_that_cannot_be_written_is_refused(lrs: Lrs, tmp_path: Path) -> None:
    code, _, err = lrs("export", "-o", str(tmp_path / "no" / "where"))
    assert code == 1
    assert "cannot be written" in err


def test_a_bundle_is_verified_by_one_file_without_the_package(lrs: Lrs, tmp_path: Path) -> None:
    bundle = tmp_path / "log.bundle"
    succeed(lrs, "export", "-o", str(bundle))
    verifier = shutil.copy(ROOT / "lrs" / "audit" / "verifier.py", tmp_path)
    command = [sys.executable, "-P", str(verifier), str(bundle)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:3]) == (0, "OK:")


def test_checkpoints_are_anchored_in_a_file_that_verify_trusts(
    lrs: Lrs, settings: Settings, key: Path, tmp_path: Path
) -> None:
    file, bundle = tmp_path / "anchors", tmp_path / "log.bundle"
    assert "Anchored" in lrs("anchor", "--file", str(file))[2]
    assert "Already anchored" in lrs("anchor", "--file", str(file))[2]
    record(settings, key, 2)
    assert "Anchored" in lrs("anchor", "--file", str(file))[2]
    assert file.read_text().count("—") == 2
    succeed(lrs, "export", "-o", str(bundle))
    assert succeed(lrs, "verify", str(bundle), "--trusted", str(file), "--json")["anchored"] == 8


def test_a_log_that_no_longer_agrees_with_its_anchor_is_a_finding(
    lrs: Lrs, settings: Settings, key: Path, tmp_path: Path
) -> None:
    file = tmp_path / "anchors"
    succeed(lrs, "anchor", "--file", str(file))
    before = file.read_text()
    tamper(settings)
    with open_store(settings) as store:
        for table in ("tile", "checkpoint"):
            Rows(store).run(f"delete from {table}")
    for each in key.parent.glob("*.head"):
        each.unlink()  # the forger has the key's folder too
    record(settings, key)
    code, _, err = lrs("anchor", "--file", str(file))
    assert (code, "does not extend" in err) == (1, True)
    assert file.read_text() == before


def test_an_anchor_is_no_place_for_anything_else(lrs: Lrs, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("buy milk\n")
    assert lrs("anchor", "--file", str(file))[0] == 1
    assert file.read_text() == "buy milk\n"
    assert lrs("anchor")[0] == 2
    code, _, err = lrs("anchor", "--tsa", "http://127.0.0.1:1", "--into", str(tmp_path))
    assert (code, "time-stamping authority" in err) == (1, True)
    assert not [*tmp_path.glob("*.tsr")]


def test_checkpoints_are_anchored_in_git(
    lrs: Lrs, settings: Settings, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Auditor")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "auditor@example.org")
    folder = tmp_path / "anchors"
    folder.mkdir()
    code, _, err = lrs("anchor", "--git", str(folder))
    assert (code, "git refuses" in err) == (1, True)
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    succeed(lrs, "anchor", "--git", str(folder))
    succeed(lrs, "anchor", "--git", str(folder))
    record(settings, key)
    succeed(lrs, "anchor", "--git", str(folder))
    log = ["git", "-C", str(folder), "log", "--format=%s"]
    subjects = subprocess.run(log, check=True, capture_output=True, text=True).stdout.splitlines()
    assert [subject.split(", ")[1] for subject in subjects] == ["7 events", "6 events"]


def test_status_tells_how_far_the_evidence_is(
    lrs: Lrs, settings: Settings, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from lrs.cli.serving import status

    succeed(lrs, "checkpoint")
    record(settings, key)
    status(as_json=True)
    assert json.loads(capsys.readouterr().out)["audit"] == {"tree": 6, "signed": 6}
