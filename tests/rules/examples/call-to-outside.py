import socket

# ruleid
import urllib.request
from urllib.parse import urlsplit

# ruleid
import requests

# ruleid
from http.client import HTTPConnection


def bad(address):
    # ruleid
    socket.create_connection((address, 80))
    return requests.get(address), urllib.request.urlopen(address), HTTPConnection(address)


def good(address):
    return urlsplit(address).hostname, socket.gethostname()
