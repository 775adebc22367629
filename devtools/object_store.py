"""Run an S3 server for tests and proofs."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from startup.object_store import S3Settings

BUCKET = "portal-files"


@dataclass
class ObjectStore:
    """The server, its endpoint and its keys."""

    endpoint: str
    process: "subprocess.Popen[bytes]"

    @property
    def environ(self) -> dict[str, str]:
        """Return the settings of a portal that stores its files here."""
        return {
            "S3_ENDPOINT": self.endpoint,
            "S3_BUCKET": BUCKET,
            "S3_ACCESS_KEY": "portal",
            "S3_SECRET_KEY": "a-secret-for-this-test-only",
        }

    @property
    def settings(self) -> S3Settings:
        """The same, as the portal holds it."""
        return S3Settings(
            endpoint=self.endpoint,
            bucket=BUCKET,
            region="eu-west-2",
            access_key="portal",
            secret_key=secrets.token_hex(8),
        )

    def client(self) -> Any:
        """To look into the store beside the portal."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="eu-west-2",
            aws_access_key_id="looker",
            aws_secret_access_key="looker",
        )

    def add_bucket(self, name: str) -> None:
        """Add an empty bucket."""
        self.client().create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
        )

    def lying_in(self, name: str) -> dict[str, bytes]:
        """Return the contents of a bucket by name."""
        client = self.client()
        found = client.get_paginator("list_objects_v2").paginate(Bucket=name).search("Contents[].Key")
        return {key: client.get_object(Bucket=name, Key=key)["Body"].read() for key in found if key}

    def stop(self) -> None:
        """Stop the server."""
        self.process.kill()
        self.process.wait()


@contextmanager
def object_store(host: str = "127.0.0.1") -> Iterator[ObjectStore]:
    """Start it, with an empty bucket."""
    with socket.socket() as trial:
        trial.bind((host, 0))
        port = trial.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", host, "-p", str(port)],
        env=os.environ | {"MOTO_S3_CUSTOM_ENDPOINTS": f"http://{host}:{port}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    store = ObjectStore(f"http://{host}:{port}", process)
    try:
        _wait_for(host, port)
        store.add_bucket(BUCKET)
        yield store
    finally:
        store.stop()


def _wait_for(host: str, port: int) -> None:
    for _ in range(600):
        with socket.socket() as trial:
            if trial.connect_ex((host, port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the store for files did not come up")
