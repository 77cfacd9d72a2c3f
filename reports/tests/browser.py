"""A real browser, if there is one."""
import shutil
import subprocess

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


def dom_of(path, width, dark, profile):
    """A page's document after its scripts have run, and what is on stderr."""
    done = subprocess.run(
        [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu",
         "--disable-dev-shm-usage", "--hide-scrollbars",
         f"--user-data-dir={profile}",
         f"--blink-settings=preferredColorScheme={0 if dark else 1}",
         f"--window-size={width},900", "--virtual-time-budget=5000",
         "--dump-dom", f"file://{path}"],
        capture_output=True, text=True, timeout=120, check=False)
    return done.stdout, done.stderr
