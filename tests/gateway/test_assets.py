import gzip
import json
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from factories.events import Http
from gateway.web import assets

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "functions" / "gateway" / "build_assets.py"


@pytest.fixture(scope="module")
def build_assets() -> ModuleType:
    spec = spec_from_file_location("build_assets", BUILD)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestBuild:
    def test_names_carry_a_hash_of_the_content(self, build_assets: ModuleType, tmp_path: Path) -> None:
        manifest = build_assets.build(tmp_path)

        assert manifest == json.loads((tmp_path / "manifest.json").read_text())
        assert {"bootstrap.css", "shop.css", "shop.js", "icons.svg", "mark.svg"} <= manifest.keys()
        assert re.fullmatch(r"shop\.[0-9a-f]{12}\.css", manifest["shop.css"])
        assert build_assets.build(tmp_path) == manifest

    def test_every_file_has_a_gzip_sibling(self, build_assets: ModuleType, tmp_path: Path) -> None:
        for served in build_assets.build(tmp_path).values():
            whole = (tmp_path / served).read_bytes()
            assert gzip.decompress((tmp_path / f"{served}.gz").read_bytes()) == whole

    def test_refers_to_no_file_that_is_not_served(self, build_assets: ModuleType, tmp_path: Path) -> None:
        for served in build_assets.build(tmp_path).values():
            text = (tmp_path / served).read_text()
            assert "sourceMappingURL" not in text
            if served.endswith(".css"):
                assert not re.search(r"url\([\"']?(?!data:|#)[\w./]", text)

    def test_package_missing(self, build_assets: ModuleType) -> None:
        with pytest.raises(build_assets.MissingPackageError, match="no_such_package is not installed"):
            build_assets.folder_of("no_such_package", "static")

    def test_icon_missing(self, build_assets: ModuleType) -> None:
        with pytest.raises(build_assets.MissingPackageError, match="no icon 'unicorn'"):
            build_assets.sprite('<symbol id="search"></symbol>', {"search", "unicorn"})

    def test_imports_nothing_that_it_takes_apart(self, build_assets: ModuleType, tmp_path: Path) -> None:
        build_assets.build(tmp_path)

        assert "flask_bootstrap" not in sys.modules


class TestStatic:
    def test_is_kept_for_ever(self, http: Http) -> None:
        answer = http("GET", assets.address("shop.css"))

        assert answer.status == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert b"--accent" in answer.body

    def test_compressed_where_that_is_understood(self, http: Http) -> None:
        plain = http("GET", assets.address("bootstrap.css"))

        answer = http("GET", assets.address("bootstrap.css"), headers={"accept-encoding": "br, gzip"})

        assert answer.headers["content-encoding"] == "gzip"
        assert gzip.decompress(answer.body) == plain.body

    @pytest.mark.parametrize(
        "path",
        [
            "/static/",
            "/static/shop.css",
            "/static/manifest.json",
            "/static/../handler.py",
            "/static/%2e%2e/assets.py",
            "/static//etc/passwd",
        ],
    )
    def test_nothing_else_is_served(self, http: Http, path: str) -> None:
        assert http("GET", path).status == 404

    def test_says_what_to_run_where_nothing_is_built(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(assets, "BUILT", tmp_path)
        assets.manifest.cache_clear()

        with pytest.raises(assets.AssetsNotBuiltError, match=r"build_assets\.py"):
            assets.address("shop.css")

    def test_says_what_to_run_where_a_file_is_missing(self, built: Path) -> None:
        with pytest.raises(assets.AssetsNotBuiltError, match=r"never\.css is not built"):
            assets.address("never.css")


class TestPlaceholder:
    def test_is_drawn_from_its_address_alone(self, http: Http) -> None:
        answer = http("GET", "/placeholder/blue-mug.svg", query={"t": "Blue Mug", "w": "kitchen", "c": "blue"})

        assert answer.status == 200
        assert answer.headers["content-type"].startswith("image/svg+xml")
        assert answer.headers["cache-control"] == "public, max-age=2592000"
        assert "<title>Blue Mug</title>" in answer.text
        assert answer.body == http("GET", "/placeholder/x.svg", query="t=Blue+Mug&w=kitchen&c=blue").body

    def test_without_a_title_the_handle_tells(self, http: Http) -> None:
        assert "<title>blue mug</title>" in http("GET", "/placeholder/blue-mug.svg").text

    @pytest.mark.parametrize("query", [{"t": "x" * 161}, {"w": "x" * 201}, {"c": "x" * 41}])
    def test_draws_no_novels(self, http: Http, query: dict[str, str]) -> None:
        assert http("GET", "/placeholder/mug.svg", query=query).status == 404
        assert http("GET", f"/placeholder/{'x' * 256}.svg").status == 404

    def test_what_it_is_told_is_text(self, http: Http) -> None:
        answer = http("GET", "/placeholder/x.svg", query={"t": "<script>alert(1)</script>"})

        assert "<script>" not in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
