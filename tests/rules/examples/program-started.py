import os
import subprocess


def bad(name):
    # ruleid
    subprocess.run("convert " + name, shell=True)
    # ruleid
    os.system("convert " + name)


def good(path):
    return os.fspath(path)
