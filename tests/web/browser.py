"""A headless Chromium that a test drives over its debugging pipe: no packages are needed.

    with Browser() as browser:
        page = browser.open("/tmp/index.html", width=1400, height=900)
        page.value("document.title"), page.drag([(10, 10), (50, 60)]), page.screenshot("a.png"), page.errors
"""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def program():
    """The browser's program, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    def __init__(self, *options, webgl=True):
        self.profile = tempfile.mkdtemp(prefix="elastem-chromium.")
        to_read, self.to = os.pipe()
        self.of, of_write = os.pipe()
        drawing = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"] if webgl else ["--disable-gpu", "--disable-3d-apis"]
        command = [program(), "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
                   "--force-device-scale-factor=1", f"--user-data-dir={self.profile}", *drawing, *options, "--remote-debugging-pipe",
                   "about:blank"]
        # The pipe's ends are the descriptors 3 and 4.
        shell = ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{of_write}', "bash", *command]
        self.process = subprocess.Popen(shell, pass_fds=(to_read, of_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(of_write)
        self.buffer, self.number, self.events = b"", 0, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
        except (OSError, EOFError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self):
        while b"\0" not in self.buffer:
            part = os.read(self.of, 1 << 20)
            if not part:
                raise EOFError("the browser has ended")
            self.buffer += part
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if session:
            request["sessionId"] = session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        while True:
            message = self.message()
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            self.events.append(message)

    def open(self, path, width=1400, height=900, downloads=None):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.call(f"{domain}.enable")
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        if downloads:
            self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(pathlib.Path(downloads).resolve()))
        page.call("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        page.wait("document.readyState === 'complete'", 60)
        return page


class Page:
    def __init__(self, browser, session):
        self.browser, self.session = browser, session

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def value(self, expression):
        """What a JavaScript expression gives, a promise's value among it."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails'].get('exception', {}).get('description')}")
        return answer["result"].get("value")

    def wait(self, expression, seconds=10):
        end = time.monotonic() + seconds
        while not self.value(expression):
            if time.monotonic() > end:
                raise TimeoutError(f"{expression} is not so after {seconds} s")
            time.sleep(0.02)

    def own_events(self, *methods):
        return [e["params"] for e in self.browser.events if e.get("sessionId") == self.session and e["method"] in methods]

    @property
    def errors(self):
        """What the page complains of: exceptions, console errors and the browser's own."""
        found = [str(e["exceptionDetails"].get("exception", {}).get("description", e["exceptionDetails"]["text"]))
                 for e in self.own_events("Runtime.exceptionThrown")]
        found += [str([a.get("value", a.get("description")) for a in e["args"]])
                  for e in self.own_events("Runtime.consoleAPICalled") if e["type"] in ("error", "assert")]
        return found + [e["entry"]["text"] for e in self.own_events("Log.entryAdded") if e["entry"]["level"] == "error"]

    @property
    def requests(self):
        """What the page asked for beyond itself."""
        urls = [e["request"]["url"] for e in self.own_events("Network.requestWillBeSent")]
        return [url for url in urls if not url.startswith(("data:", "blob:", "file:", "about:"))]

    def mouse(self, kind, x, y, buttons=0, modifiers=0, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, modifiers=modifiers, buttons=buttons,
                  button="left" if buttons or kind == "mouseReleased" else "none", **more)

    def drag(self, points, modifiers=0):
        """The left button held along points in pixels of the window. Modifiers: 1 Alt, 2 Ctrl, 8 Shift."""
        self.mouse("mouseMoved", *points[0], modifiers=modifiers)
        self.mouse("mousePressed", *points[0], buttons=1, modifiers=modifiers, clickCount=1)
        for point in points[1:]:
            self.mouse("mouseMoved", *point, buttons=1, modifiers=modifiers)
        self.mouse("mouseReleased", *points[-1], modifiers=modifiers, clickCount=1)

    def click(self, selector):
        x, y = self.middle(selector)
        self.drag([(x, y)])

    def middle(self, selector):
        self.value(f"document.querySelector({json.dumps(selector)}).scrollIntoView({{block: 'center'}})")
        box = self.value(f"(b => [b.left + b.width / 2, b.top + b.height / 2])(document.querySelector({json.dumps(selector)}).getBoundingClientRect())")
        return box

    def screenshot(self, path, whole=True, clip=None):
        """A PNG, or a WebP where the name ends with it."""
        more = {"clip": clip} if clip else {}
        if str(path).endswith(".webp"):
            more |= {"format": "webp", "quality": 80}
        data = self.call("Page.captureScreenshot", captureBeyondViewport=whole, **more)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def pdf(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"]))
