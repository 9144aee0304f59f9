"""``kiemphieu serve``: the web application for the people of a count, on this machine or a closed network."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

import click

from kiemphieu.parameters import FILE, FOLDER
from kiemphieu.screen import console, say
from pipeline.errors import refuse
from pipeline.messages import message
from pipeline.usecases.sign_in import first_administrator
from pipeline.usecases.workspace import Workspace, open_workspace


@click.command()
@click.argument("workspace", type=FOLDER)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for the network.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Port to listen on.")
@click.option("--cert", type=FILE, help="TLS certificate (PEM).")
@click.option("--key", type=FILE, help="Private key of the certificate (PEM).")
@click.option("--self-signed", is_flag=True, help="TLS with a certificate made here, for a closed network.")
@click.option("--workers", type=click.IntRange(1, 256), default=None, help="Reading processes; one a core otherwise.")
@click.option("--scans", type=FOLDER, default=None, help="Folder that scanners write into; WORKSPACE/inbox otherwise.")
@click.option("--max-upload", type=click.IntRange(1, 4000), default=500, show_default=True, help="MB a file handed in.")
def serve(
    workspace: Path,
    host: str,
    port: int,
    cert: Path | None,
    key: Path | None,
    self_signed: bool,
    workers: int | None,
    scans: Path | None,
    max_upload: int,
) -> None:
    """Serve the web application of WORKSPACE until Ctrl-C."""
    import uvicorn  # noqa: PLC0415  (heavy, and only needed here)

    from pipeline.usecases.background import BackgroundReader  # noqa: PLC0415
    from review_ui.app import create_app  # noqa: PLC0415
    from review_ui.state import Limits  # noqa: PLC0415

    _check_options(host, cert, key, self_signed)
    _check_free(host, port)
    if scans is not None and not scans.is_dir():
        raise refuse("folder-missing", f"--scans {scans}", "there is no such folder; make it or check the path")
    opened = open_workspace(workspace)
    try:
        pair = _certificate(opened, host, cert, key, self_signed)
        reader = BackgroundReader(opened, workers, inbox=scans)
        app = create_app(opened, secure=pair is not None, limits=Limits(upload_mb=max_upload), reader=reader)
        _greet(opened, host, port, secure=pair is not None)
        uvicorn.run(
            app,
            host=host,
            port=port,
            ssl_certfile=str(pair[0]) if pair else None,
            ssl_keyfile=str(pair[1]) if pair else None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=5,
        )
    finally:
        opened.close()


def _check_options(host: str, cert: Path | None, key: Path | None, self_signed: bool) -> None:
    if (cert is None) != (key is None):
        raise refuse("certificate", "--cert", "a certificate needs its key; give both --cert and --key")
    if cert is not None and self_signed:
        raise refuse("certificate", "--self-signed", "a certificate is given already; leave one of the two out")
    if cert is None and not self_signed and not _this_machine(host):
        raise refuse(
            "tls-missing",
            f"--host {host}",
            "others on the network could read passwords; add --self-signed, or --cert and --key",
        )


def _this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_free(host: str, port: int) -> None:
    """A port that is taken is told before anything is opened."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise refuse(
                "port",
                f"{host}:{port}",
                "cannot listen here ({why}); choose another --port, or end the program that holds it",
                why=error.strerror or str(error),
            ) from error


def _certificate(
    opened: Workspace, host: str, cert: Path | None, key: Path | None, self_signed: bool
) -> tuple[Path, Path] | None:
    from review_ui.tls import read, self_made  # noqa: PLC0415

    if self_signed:
        made = self_made(opened.folder / "tls", host, opened.clock())
        say(
            message(
                "The certificate is made here, so browsers warn once. Compare its SHA-256 with what they show: {print}",
                print=made.fingerprint,
            )
        )
        return made.certificate, made.key
    if cert is not None and key is not None:
        given = read(cert, key)
        return given.certificate, given.key
    return None


def _greet(opened: Workspace, host: str, port: int, secure: bool) -> None:
    first = first_administrator(opened)
    if first is not None:
        say(
            message(
                "Administrator: name {name}, one-time password {password} (to be changed at the first sign-in; shown "
                "only now)",
                name=first[0],
                password=first[1],
            )
        )
    shown = socket.gethostname() if host in ("0.0.0.0", "::") else host
    shown = f"[{shown}]" if ":" in shown else shown
    say(
        message(
            "Open {address} in a browser. Ctrl-C ends.", address=f"{'https' if secure else 'http'}://{shown}:{port}/"
        )
    )
    console.file.flush()
