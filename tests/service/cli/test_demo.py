"""`detector demo`: the whole system, understandable to a newcomer."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest


@pytest.mark.slow
def test_the_demo_takes_the_points_and_serves_when_run_again_on_another_port_if_its_own_is_busy(
    command, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    done = command("demo", "--no-serve", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["queue"][0]["reasons"]
    queued = {case["seller_id"] for case in told["queue"]}
    assert told["verdicts"][0]["seller_id"] in queued
    assert [v["standing"]["points"] for v in told["verdicts"]] == [6, 0]
    assert told["verdicts"][1]["standing"]["status"] == "awaiting_approval"
    assert [one["state"] for one in told["sanctions"]] == ["carried_out"]
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "demo", "--port", str(port)],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        assert process.stdout is not None
        try:
            lines = []
            for line in process.stdout:
                lines.append(line)
                if "the contract" in line:
                    break
            text = "".join(lines)
            assert f"Port {port} is taken" in text
            address = text.split("Serving on ")[1].split(" ")[0]
            key = text.split("KEY=")[1].split("\n")[0]
            request = urllib.request.Request(
                f"{address}/v1/queue", headers={"Authorization": f"Bearer {key}"}
            )
            with urllib.request.urlopen(request, timeout=120) as answer:
                assert json.load(answer)["cases"]
            link = re.search(rf"{address}/login\?once=(\S+)", text)
            browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            form = urllib.request.Request(
                f"{address}/login",
                data=f"once={link[1]}".encode(),
                headers={"Origin": address},
            )
            with browser.open(form, timeout=120) as page:
                assert page.url == f"{address}/queue"
                assert "demo admin" in page.read().decode()
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=120) in (0, -signal.SIGTERM)
            process.stdout.close()


def test_a_directory_that_is_not_a_demos_is_left_alone(command, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "detector-demo").mkdir()
    (tmp_path / "detector-demo" / "thesis.txt").write_text("years of work")
    done = command("demo", "--no-serve")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "not a demo's" in done.stderr
    assert (tmp_path / "detector-demo" / "thesis.txt").exists()
