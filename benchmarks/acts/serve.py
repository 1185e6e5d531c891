"""A Jupyter server with the extension; prints its port on a line of its own when it listens."""

import sys
import warnings

from jupyter_server.serverapp import ServerApp

from benchmarks.processes import TOKEN


def main() -> None:
    warnings.simplefilter("ignore", DeprecationWarning)
    folder = sys.argv[1]
    app = ServerApp()
    app.initialize(
        [
            *("--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"),
            *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"),
            *("--log-level=ERROR", "--LabApp.log_level=ERROR"),
        ]
    )
    print(f"port {app.port}", flush=True)
    app.start()


main()
