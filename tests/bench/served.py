"""A home that is served while it is measured, and people who have signed in."""

from contextlib import contextmanager
import http.client
import os
import socket
import subprocess
import time
from urllib.parse import urlencode

PASSWORD = "một câu dài dễ nhớ"


class Client:
    """A browser of somebody who has signed in, with one connection."""

    def __init__(self, port, name):
        self.port, self.name = port, name
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        form = urlencode({"name": name, "password": PASSWORD})
        answer = self.ask("POST", "/sign-in", form)
        assert answer[0] == 303, answer[:1]
        self.cookie = answer[1]["set-cookie"].split(";")[0]

    def ask(self, method, path, body=None):
        headers = {"Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/x-www-form-urlencoded"}
        if getattr(self, "cookie", None):
            headers["Cookie"] = self.cookie
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        return response.status, response.headers, text

    def timed(self, path):
        start = time.perf_counter()
        status, _, text = self.ask("GET", path)
        seconds = time.perf_counter() - start
        assert status in (200, 303), (status, path)
        return seconds, text

    def same(self):
        """Another connection of the same session."""
        other = object.__new__(Client)
        other.port, other.name, other.cookie = self.port, self.name, self.cookie
        other.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        return other


def wait_for(port):
    """Until somebody listens there."""
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("serve does not answer")


def figures(seconds):
    ms = sorted(second * 1000 for second in seconds)
    at = lambda share: ms[min(len(ms) - 1, int(share * len(ms)))]
    return f"p50 {at(0.5):6.1f} ms, p95 {at(0.95):6.1f} ms, longest {ms[-1]:6.1f} ms of {len(ms)}"


@contextmanager
def served(sohoa, home, *users):
    """Serves `home` to `users` (name, role, agency), who are added unless they are there; gives the port."""
    for name, role, agency in users:
        env = {**os.environ, "SOHOA_PASSWORD": PASSWORD}
        command = [sohoa, "--home", str(home), "user", "add", name, "--role", role, "--agency", agency]
        subprocess.run(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "SOHOA_WEB__LISTEN": f"127.0.0.1:{port}"}
    command = [sohoa, "--home", str(home), "serve", "--workers", "1"]
    serve = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port
    finally:
        serve.terminate()
        serve.wait()
