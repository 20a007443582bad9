/**
 * What Python is given to run in the sandbox to ask an index what it lists of a package, by the JSON form (PEP 691): pip has
 * no command that tells days. Which wheels are for this machine and which version they are, pip's own library says. What
 * fails is said in pip's words, for there is one place that reads them.
 */
export const INDEX_ASKER = `import json
import ssl
import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from pip._vendor import certifi
from pip._vendor.packaging.tags import sys_tags
from pip._vendor.packaging.utils import parse_wheel_filename

JSON = "application/vnd.pypi.simple.v1+json"
MOST = 256 * 1024 * 1024
index, name, seconds, again, *trusted = sys.argv[1:]
context = ssl.create_default_context(cafile=trusted[0] if trusted else None)
if not trusted:
    try:
        context.load_verify_locations(certifi.where())
    except OSError:
        pass  # then those of the system alone


def fetch():
    request = Request(index + name + "/", headers={"Accept": JSON})
    with urlopen(request, timeout=float(seconds), context=context) as response:
        return response.headers.get_content_type(), response.read(MOST)


def ask():
    for left in range(int(again), -1, -1):
        try:
            return fetch()
        except HTTPError as error:
            if error.code in (404, 406):
                raise
            if error.code < 500 or left == 0:
                sys.exit(f"ERROR: {error.code} {'Client' if error.code < 500 else 'Server'} Error for {index}{name}/")
        except TimeoutError:
            if left == 0:
                sys.exit(f"ERROR: Read timed out for {index}{name}/")
        except (URLError, OSError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                reason = "Read timed out"
            if left == 0 or isinstance(reason, ssl.SSLError):
                sys.exit(f"ERROR: NewConnectionError: {reason}")
        time.sleep(0.5)


def suits(file, own=frozenset(sys_tags())):
    try:
        _, version, _, tags = parse_wheel_filename(file)
    except ValueError:
        return None
    return str(version) if not own.isdisjoint(tags) else None


try:
    kind, body = ask()
except HTTPError as error:
    if error.code == 404:
        sys.exit(f"ERROR: No matching distribution found for {name}")
    kind, body = "no JSON", b""
if kind != JSON:
    json.dump({"speaks": kind}, sys.stdout)
    sys.exit(0)
wheels = []
try:
    for file in json.loads(body)["files"]:
        version = suits(file["filename"])
        if version is not None:
            wheels.append({
                "file": file["filename"],
                "version": version,
                "uploaded": file.get("upload-time"),
                "yanked": file.get("yanked"),
                "requires": file.get("requires-python"),
            })
except (AttributeError, KeyError, TypeError, ValueError):
    json.dump({"speaks": kind + " that is not as PEP 691 says"}, sys.stdout)
    sys.exit(0)
json.dump({"wheels": wheels}, sys.stdout)
`;
