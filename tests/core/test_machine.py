"""What the machine offers, as containers limit it."""

import pytest

from impasto.core import machine

GIB = 2**30


@pytest.fixture
def cgroups(tmp_path):
    """Lay out a control group file system: cgroups({"a/b": {"memory.max": "5"}}, "0::/a/b") gives its two paths."""

    def lay_out(files: dict[str, dict[str, str]], membership: str):
        for folder, values in files.items():
            (tmp_path / "fs" / folder).mkdir(parents=True, exist_ok=True)
            for name, text in values.items():
                (tmp_path / "fs" / folder / name).write_text(text + "\n")
        (tmp_path / "self").write_text(membership + "\n")
        return tmp_path / "fs", tmp_path / "self"

    return lay_out


def test_version_two_limits_count_and_cached_files_do_not(cgroups):
    values = {"memory.max": str(4 * GIB), "memory.current": str(3 * GIB), "memory.stat": f"anon 5\ninactive_file {GIB}"}
    assert machine.cgroup_free_memory(*cgroups({"app": values}, "0::/app")) == 2 * GIB


def test_version_one_limits_count(cgroups):
    values = {"memory.limit_in_bytes": str(4 * GIB), "memory.usage_in_bytes": str(GIB)}
    assert machine.cgroup_free_memory(*cgroups({"memory/box": values}, "4:memory:/box")) == 3 * GIB


def test_the_tightest_limit_on_the_way_up_counts(cgroups):
    inner = {"memory.max": "max", "memory.current": "0"}
    outer = {"memory.max": str(GIB), "memory.current": "0"}
    assert machine.cgroup_free_memory(*cgroups({"out/in": inner, "out": outer}, "0::/out/in")) == GIB


def test_inside_a_container_the_root_is_its_own_group(cgroups):
    values = {"memory.max": str(GIB), "memory.current": "0"}
    assert machine.cgroup_free_memory(*cgroups({".": values}, "0::/host/path/that/is/not/mounted")) == GIB


@pytest.mark.parametrize("limit", ["max", "9223372036854771712"])
def test_no_limit_is_no_limit(cgroups, limit):
    values = {"memory.max": limit, "memory.current": "0"}
    assert machine.cgroup_free_memory(*cgroups({"app": values}, "0::/app")) is None


def test_more_in_use_than_allowed_is_nothing_free(cgroups):
    values = {"memory.max": str(GIB), "memory.current": str(2 * GIB)}
    assert machine.cgroup_free_memory(*cgroups({"app": values}, "0::/app")) == 0


@pytest.mark.parametrize(
    ("folder", "membership", "values", "quota"),
    [
        ("app", "0::/app", {"cpu.max": "150000 100000"}, 1.5),
        ("app", "0::/app", {"cpu.max": "max 100000"}, None),
        ("cpu/box", "1:cpu,cpuacct:/box", {"cpu.cfs_quota_us": "50000", "cpu.cfs_period_us": "100000"}, 0.5),
        ("cpu/box", "1:cpu:/box", {"cpu.cfs_quota_us": "-1", "cpu.cfs_period_us": "100000"}, None),
    ],
)
def test_the_share_of_processor_time_is_read(cgroups, folder, membership, values, quota):
    assert machine.cpu_quota(*cgroups({folder: values}, membership)) == quota


def test_a_quota_of_cores_is_rounded_up_and_never_above_what_is_allowed(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)
    found = []
    for quota in (None, 0.5, 1.5, 64.0):
        monkeypatch.setattr(machine, "cpu_quota", lambda quota=quota: quota)
        found.append(machine.cores())
    assert found == [8, 1, 2, 8]


def test_free_memory_is_the_smaller_of_system_and_container(monkeypatch):
    system = machine.free_memory()
    assert system > 0
    monkeypatch.setattr(machine, "cgroup_free_memory", lambda: 1000)
    assert machine.free_memory() == 1000


def test_the_processor_and_its_features_are_read(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("model name\t: Fast  CPU 3000\nflags\t\t: sse avx512_bf16 avx512_bf16x\n")
    assert machine.processor(cpuinfo) == "Fast CPU 3000"
    assert machine.bfloat16_features(cpuinfo) == ("avx512_bf16",)
    assert machine.bfloat16_features(tmp_path / "missing") == ()
    assert machine.processor(tmp_path / "missing")
