"""A hooklens server as a subprocess: runs of experiments, and the memory they take."""

import json
import os
import re
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path


class Server:
    """`hooklens serve` with an empty data folder and one folder of models; a context manager."""

    def __init__(self, binary, models, device="cpu"):
        self.data = tempfile.TemporaryDirectory()
        options = ["--port", "0", "--device", device, "--models", str(models), "--data", self.data.name]
        self.process = subprocess.Popen(
            [binary, "serve", *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.url = re.search(r"http://\S+", self.process.stdout.readline())[0]
        self.memory = Memory(self.process.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.memory.alive = False
        self.process.terminate()
        self.process.wait()
        self.data.cleanup()

    def run(self, model, prompts, analysis=None, precision="f32"):
        """The events of an analysis, an attribution unless said otherwise; the last is `done`."""
        body = {"model": model, "prompts": prompts, "analysis": analysis or {"kind": "attribution"}}
        body["precision"] = precision
        accepted = json.load(self.request("/api/runs", json.dumps(body).encode()))
        events = [json.loads(line) for line in self.request(f"/api/runs/{accepted['id']}/events?from=0")]
        assert events[-1]["event"] == "done", events[-1]
        return events

    def cpu_seconds(self):
        """Of all its threads since it started."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def expand(self, prompts):
        """The prompts of a built-in set, as a list."""
        body = {"model": "demo", "prompts": prompts, "analysis": {"kind": "attribution"}}
        return json.load(self.request("/api/check", json.dumps(body).encode()))["experiment"]["prompts"]

    def request(self, path, body=None):
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"})
        return urllib.request.urlopen(request)


class Memory:
    """Anonymous memory of a process, sampled now and then.

    The pages of a mapped checkpoint are not anonymous: they can be dropped at any time, and are not counted.
    """

    def __init__(self, pid):
        self.status, self.alive, self.now, self.peak = Path(f"/proc/{pid}/status"), True, 0, 0
        threading.Thread(target=self.sample, daemon=True).start()

    def sample(self):
        while self.alive:
            try:
                lines = self.status.read_text().splitlines()
            except OSError:
                return
            self.now = next((int(x.split()[1]) * 1024 for x in lines if x.startswith("RssAnon")), 0)
            self.peak = max(self.peak, self.now)
            # more often costs what is measured some percent of its processors
            time.sleep(0.02)

    def take_peak(self):
        """The most since the last call."""
        time.sleep(0.05)
        peak, self.peak = self.peak, self.now
        return peak
