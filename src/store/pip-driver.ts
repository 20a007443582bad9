/** Where pip installs to, and keeps what it fetched, as it sees them. */
export const TREE = '/home/sandbox/tree';
export const CACHE = '/home/sandbox/cache';

/**
 * What Python is given to run in the sandbox: an interpreter's own options are refused to every server, to ours too, so a
 * program of ours starts pip, isolated and without a file of configuration.
 *
 * Afterwards it takes away what differs between machines: programs, whose first line is the path of this Python, and what
 * pip notes about itself. `RECORD` keeps the lines of files that are there.
 */
export const PIP_DRIVER = `import csv
import glob
import os
import subprocess
import sys

site = "${TREE}/site"
os.environ["PIP_CONFIG_FILE"] = os.devnull
os.environ["TMPDIR"] = "${CACHE}/tmp"
os.makedirs(os.environ["TMPDIR"], exist_ok=True)
code = subprocess.call([sys.executable, "-I", "-B", "-m", "pip", *sys.argv[1:]])
for record in glob.glob(glob.escape(site) + "/*.dist-info/RECORD"):
    about = os.path.dirname(record)
    for name in ("INSTALLER", "REQUESTED", "direct_url.json"):
        if os.path.lexists(about + "/" + name):
            os.remove(about + "/" + name)
    with open(record, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row]
    for path in (row[0] for row in rows if row[0].startswith("../../bin/")):
        program = site + "/bin/" + os.path.basename(path)
        if os.path.lexists(program):
            os.remove(program)
    with open(record, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\\n").writerows(
            sorted(row for row in rows if not os.path.isabs(row[0]) and os.path.lexists(site + "/" + row[0]) and not row[0].startswith("../"))
        )
if os.path.isdir(site + "/bin") and not os.listdir(site + "/bin"):
    os.rmdir(site + "/bin")
sys.exit(code if code >= 0 else 1)
`;
