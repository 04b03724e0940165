#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Prints the seconds in which a directory of the queue was emptied, from the
first name that was taken out until it is gone itself.

usage: emptied.py DIRECTORY SECONDS
"""
import os
import sys
import time


def main(directory, seconds):
    limit = time.monotonic() + seconds
    was = began = os.stat(directory).st_mtime_ns
    while time.monotonic() < limit:
        try:
            now = os.stat(directory).st_mtime_ns
        except FileNotFoundError:
            print((time.time_ns() - began) / 1e9)
            return 0
        if was == began and now != was:
            began = now
        time.sleep(0.01)
    return 1


sys.exit(main(sys.argv[1], float(sys.argv[2])))
