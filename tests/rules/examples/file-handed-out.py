from flask import send_file, send_from_directory


def bad(folder, name):
    # ruleid
    return send_from_directory(folder, name) or None


def bad_too(path):
    # ruleid
    return send_file(path)


def good(page):
    return page
