"""`impasto methods`: everything in the registry, three ways."""

from impasto import registry


def test_the_table_names_every_method(run):
    page = run("methods").stdout
    for method in registry.methods().values():
        assert method.id in page
        assert method.title in page


def test_the_tree_puts_every_method_below_its_branch(run):
    lines = run("methods", "--tree").stdout.splitlines()
    for method in registry.methods().values():
        place = next(i for i, line in enumerate(lines) if f" {method.id} " in line)
        branch = next(i for i, line in enumerate(lines) if line.endswith(method.taxonomy.path[-1]))
        assert branch < place


def test_one_methods_page_has_papers_options_and_presets(run):
    page = run("methods", "colour_transfer").stdout
    for part in ("Reinhard", "--transform", "mkl, pca, cholesky", "tiny: size 64", "0 to 1"):
        assert part in page


def test_json_lists_every_method_with_its_options(run):
    listed = {row["id"]: row for row in run("methods", "--json").report}
    assert set(listed) == set(registry.methods())
    assert [option["name"] for option in listed["colour_transfer"]["options"]] == [
        "size",
        "transform",
        "palette_size",
        "strength",
    ]


def test_json_of_one_method_is_its_page(run):
    assert run("methods", "colour_transfer", "--json").report["presets"] == {"tiny": {"size": 64}}


def test_an_unknown_method_suggests_the_nearest(run):
    done = run("methods", "color_transfer")
    assert done.code == 2
    assert "Did you mean 'colour_transfer'?" in done.line
