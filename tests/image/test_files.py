import contextlib
import errno
import os
import socket
import stat
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from impasto.core import InputError, RunError, UsageError
from impasto.image import check_writable, decode, save
from impasto.image.files import MAX_BYTES, read_bytes, shown, write_atomic

PICTURE = np.full((4, 6, 3), 0.5, np.float32)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextlib.contextmanager
def forbidden(path: Path, mode: int = 0):
    """Take permissions away, and root's power to ignore that."""
    root = os.geteuid() == 0
    before = {each: stat.S_IMODE(each.stat().st_mode) for each in (path, *path.parents)}
    try:
        if root:  # nobody must get as far as the path itself
            for parent in path.parents:
                if not before[parent] & stat.S_IXOTH:
                    parent.chmod(before[parent] | 0o011)
        path.chmod(mode)
        if root:
            os.seteuid(65534)
        yield
    finally:
        if root:
            os.seteuid(0)
        for each in (path, *path.parents):
            if stat.S_IMODE(each.stat().st_mode) != before[each]:
                each.chmod(before[each])


def refusal(kind, call, *arguments) -> str:
    with pytest.raises(kind) as caught:
        call(*arguments)
    assert type(caught.value) is kind and "\n" not in str(caught.value)
    return str(caught.value)


# Reading


def test_a_missing_file_is_answered_with_the_nearest_name(folder):
    for name in ("photo.jpg", "painting.jpg", "notes.txt"):
        (folder / name).write_bytes(b"x")
    assert refusal(InputError, decode, "photo.jgp") == "photo.jgp: no such file. Did you mean 'photo.jpg'?"
    assert refusal(InputError, decode, "PAINTING.JPG") == "PAINTING.JPG: no such file. Did you mean 'painting.jpg'?"
    assert refusal(InputError, decode, "zzz.webp") == "zzz.webp: no such file."
    inside = folder / "sub"
    inside.mkdir()
    (inside / "photo.jpg").write_bytes(b"x")
    assert refusal(InputError, decode, "sub/phto.jpg").endswith("Did you mean 'sub/photo.jpg'?")


def test_a_missing_folder_is_named(folder):
    assert refusal(InputError, decode, "nowhere/a.png") == "nowhere/a.png: no such file; 'nowhere' does not exist."
    (folder / "file").write_bytes(b"x")
    message = refusal(InputError, decode, "file/a.png")
    assert message == "file/a.png: no such file; 'file' is a file, not a folder."


def test_a_web_address_is_recognised():
    assert "is a web address" in refusal(InputError, decode, "https://example.org/a.png")


def test_a_folder_is_no_picture(folder):
    (folder / "photos").mkdir()
    assert refusal(InputError, decode, "photos") == "photos: is a folder, not a picture."


def test_an_empty_file_is_called_empty(folder):
    (folder / "a.png").touch()
    assert refusal(InputError, decode, "a.png") == "a.png: the file is empty."
    assert refusal(InputError, decode, b"") == "picture: the file is empty."


def test_pipes_sockets_and_devices_are_refused_without_waiting():
    os.mkfifo("pipe")
    assert refusal(InputError, decode, "pipe").startswith("pipe: is a pipe, not a file.")
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind("socket")
        assert refusal(InputError, decode, "socket") == "socket: is a device or socket, not a file."
    assert refusal(InputError, decode, "/dev/zero") == "/dev/zero: is a device or socket, not a file."


def test_a_file_without_permission_says_so(folder):
    path = folder / "private.png"
    path.write_bytes(b"x")
    with forbidden(path):
        assert refusal(InputError, read_bytes, path) == f"{path}: no permission to read it."


def test_a_file_of_more_than_512_megabytes_is_refused_unread():
    with Path("huge.tif").open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # sparse: no byte is on the disk
    assert refusal(InputError, decode, "huge.tif") == "huge.tif: 512 MB on disk; the limit is 512 MB."


def test_names_that_cannot_exist_are_refused_in_one_line():
    assert "cannot be read" in refusal(InputError, decode, "nul\0byte.png")
    assert "cannot be read: file name too long" in refusal(InputError, decode, "a" * 300 + ".png")
    Path("loop.png").symlink_to("loop.png")
    assert "cannot be read: too many levels" in refusal(InputError, decode, "loop.png")
    assert refusal(InputError, decode, "two\nlines.png").startswith(r"two\nlines.png: no such file")
    refusal(InputError, decode, os.fsdecode(b"\xff\xfe.png")).encode()  # printable on any terminal


def test_shown_keeps_ordinary_names():
    assert shown(Path("été/Фото.jpg")) == "été/Фото.jpg"


# Where a result may go


def test_a_good_place_is_accepted_and_nothing_is_left_there(folder):
    check_writable("out.png")
    check_writable(folder / "OUT.JPEG")
    (folder / "old.png").write_bytes(b"old")
    check_writable("old.png")
    assert [entry.name for entry in folder.iterdir()] == ["old.png"]
    assert (folder / "old.png").read_bytes() == b"old"


def test_unknown_suffixes_are_answered_with_the_nearest():
    message = refusal(UsageError, check_writable, "out.pgn")
    assert message.startswith("out.pgn: no picture format '.pgn'. Did you mean '.png'? Use one of .jpg, .jpeg, .png")
    assert "suffix is needed" in refusal(UsageError, check_writable, "out")
    assert "no picture format '.gif'" in refusal(UsageError, check_writable, "out.gif")


def test_missing_folders_folders_and_devices_are_refused_before_the_run(folder):
    (folder / "there").mkdir()
    (folder / "file").touch()
    os.mkfifo("pipe.png")
    message = refusal(UsageError, check_writable, "nowhere/out.png")
    assert message == f"nowhere/out.png: the folder '{folder / 'nowhere'}' does not exist. Create it first."
    assert refusal(UsageError, check_writable, "there").startswith(
        "there: is a folder; give a file name in it, such as"
    )
    assert "is a file, not a folder" in refusal(UsageError, check_writable, "file/out.png")
    assert "is a pipe or device" in refusal(UsageError, check_writable, "pipe.png")
    assert "cannot be written: file name too long" in refusal(UsageError, check_writable, "a" * 300 + ".png")


def test_a_folder_or_file_without_permission_is_refused_before_the_run(folder):
    place = folder / "locked"
    place.mkdir()
    with forbidden(place, 0o555):
        assert refusal(UsageError, check_writable, place / "out.png").startswith(
            f"{place / 'out.png'}: no permission to write into"
        )
    old = place / "old.png"
    old.write_bytes(b"old")
    with forbidden(old, 0o444):
        place_mode = refusal(UsageError, check_writable, old)
        assert "write-protected" in place_mode


def test_a_disk_mounted_read_only_is_refused_before_the_run(monkeypatch):
    def deny(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("os.open", deny)
    assert refusal(UsageError, check_writable, "out.png") == "out.png: cannot be written: read-only file system."


def test_heic_without_the_extra_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(import_module("impasto.image.heif"), "_library", lambda: None)
    message = refusal(UsageError, check_writable, "out.heic")
    assert message == "out.heic: writing HEIC needs the 'heif' extra. Install it with: pip install 'impasto[heif]'."


# Writing


def test_a_new_file_follows_the_umask_and_an_old_one_keeps_its_permissions(folder):
    before = os.umask(0o027)
    try:
        write_atomic("new.bin", b"new")
        (folder / "old.bin").touch()
        (folder / "old.bin").chmod(0o600)
        write_atomic("old.bin", b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("new.bin").stat().st_mode) == 0o640
    assert stat.S_IMODE(Path("old.bin").stat().st_mode) == 0o600


@pytest.mark.parametrize("step", ["os.write", "os.fsync", "pathlib.Path.replace"])
@pytest.mark.parametrize(
    ("error", "kind"),
    [(OSError(errno.ENOSPC, "No space left on device"), RunError), (KeyboardInterrupt(), KeyboardInterrupt)],
)
def test_whatever_goes_wrong_the_old_file_is_whole_and_no_other_is_left(step, error, kind, folder, monkeypatch):
    save(PICTURE, "out.png")
    before = (folder / "out.png").read_bytes()

    def fail(*_, **__):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(step, fail)
        with pytest.raises(kind) as caught:
            save(PICTURE * 0, "out.png")
    if kind is RunError:
        assert str(caught.value) == "out.png: cannot be written: no space left on device. Nothing was changed."
        assert caught.value.exit_code == 1
    assert [entry.name for entry in folder.iterdir()] == ["out.png"]
    assert (folder / "out.png").read_bytes() == before


def test_a_disk_that_takes_only_a_part_gets_the_rest(folder, monkeypatch):
    write = os.write
    monkeypatch.setattr("os.write", lambda handle, data: write(handle, data[:3]))
    write_atomic("out.bin", b"0123456789")
    assert (folder / "out.bin").read_bytes() == b"0123456789"


def test_a_disk_that_takes_nothing_is_full(folder, monkeypatch):
    monkeypatch.setattr("os.write", lambda *_: 0)
    assert "no space left" in refusal(RunError, write_atomic, "out.bin", b"0123456789")
    assert not list(folder.iterdir())


def test_a_folder_that_vanished_during_the_run_fails_in_one_line():
    message = refusal(RunError, write_atomic, "gone/out.png", b"x")
    assert message == "gone/out.png: cannot be written: no such file or directory. Nothing was changed."


def test_a_link_is_followed_not_replaced(folder):
    (folder / "real.png").write_bytes(b"old")
    Path("link.png").symlink_to("real.png")
    write_atomic("link.png", b"new")
    assert (folder / "link.png").is_symlink() and (folder / "real.png").read_bytes() == b"new"


def test_a_device_is_never_replaced_by_a_file():
    os.mkfifo("pipe.png")
    assert "is a pipe or device" in refusal(UsageError, save, PICTURE, "pipe.png")
    assert stat.S_ISFIFO(Path("pipe.png").stat().st_mode)


def test_a_name_of_the_greatest_length_can_be_written():
    name = "a" * 251 + ".png"
    save(PICTURE, name)
    assert decode(name).size == (4, 6)
