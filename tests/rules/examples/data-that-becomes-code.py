import json
import pickle

import yaml

# ruleid
from pickle import loads

# ruleid
from xml.etree import ElementTree


def bad(data):
    # ruleid
    a = pickle.loads(data)
    # ruleid
    b = yaml.load(data, yaml.Loader)
    # ruleid
    return a, b, eval(data), loads, ElementTree


def good(data):
    return json.loads(data), yaml.safe_load(data)
