"""Whether there is a network: without one, a download would hang for minutes."""

import threading
import urllib.error
import urllib.request


def reachable(url: str, seconds: float = 3.0) -> bool:
    """Whether the host of `url` answers within `seconds`."""
    answers = []

    def ask():
        try:
            request = urllib.request.Request(url, method="HEAD")
            urllib.request.urlopen(request, timeout=seconds).close()
            answers.append(True)
        except urllib.error.HTTPError:
            answers.append(True)
        except OSError:
            pass

    # In a thread, because the resolution of a host name has a timeout of its own.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds + 0.5)
    return bool(answers)
