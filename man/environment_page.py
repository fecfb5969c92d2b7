#!/usr/bin/env python3
"""Makes the manual page of environment.conf from environment.def.

usage: environment_page.py environment.def
"""
import re
import sys

text = open(sys.argv[1], encoding="utf-8").read()
row = re.compile(
    r"CONF_\w+\((\w+),\s*(REQUIRED|SAME\(((?:\"[^\"]*\"\s*)+)\)|"
    r"EACH\(\"([^\"]*)\",\s*\"([^\"]*)\",\s*\"([^\"]*)\"\))"
    r"[^\"]*((?:\"[^\"]*\"\s*)+)\)")
rows = row.findall(text)
if len(rows) != len(re.findall(r"^CONF_", text, re.M)):
    sys.exit("environment.def has a form that this script does not know")
print("""monarch-environment(5)

# NAME

monarch-environment - settings of an environment of Monarch

# DESCRIPTION

*environment.conf* is the one file that makes an environment TEST, QA or PROD. *scms init* writes it; a line is _name = value_, # begins a comment.
Durations are a number and a unit: hours, sixtyHours, years.

# SETTINGS
""")
for name, _, same, test, qa, prod, words in rows:
    words = " ".join(re.findall(r'"([^"]*)"', words))
    print(f"*{name}*")
    if test:
        default = f" TEST {test}, QA {qa}, PROD {prod}."
    else:
        same = "".join(re.findall(r'"([^"]*)"', same))
        default = f" Default {same}." if same else ""
    print(f"\t{words.replace('_', chr(92) + '_')}"
          f"{default.replace('_', chr(92) + '_')}")
print("""
# SEE ALSO

*scms*(1)""")
