#!/usr/bin/env python3
"""The parts of make bench that read, judge and draw: nothing may break when a
figure is missing, and it must be said which one and why."""
import collections
import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
import report  # noqa: E402
import sampling  # noqa: E402
import stages  # noqa: E402
import table  # noqa: E402

# one component measured with one engine, as bench.json has it
SOME = {
    "stage_pca_encrypt_us": {"value": 6.5, "unit": "us"},
    "stage_pca_encrypt_wall_us": {"value": 600.0, "unit": "us"},
    "stage_pca_store_us": {"value": 2.0, "unit": "us"},
    "stage_portable_pca_encrypt_us": {"value": 50.0, "unit": "us"},
    "cpu_pca_us": {"value": 10.0, "unit": "us"},
    "openssl_plain_pca_us": {"value": 200.0, "unit": "us"},
    "pipeline_certificates_per_s": {"value": None, "missing": "why not"},
}


class Quiet(unittest.TestCase):
    def setUp(self):
        report.figures.clear()
        report.missing.clear()
        report.excused.clear()
        self.out = io.StringIO()
        stack = contextlib.ExitStack()
        stack.enter_context(contextlib.redirect_stdout(self.out))
        self.addCleanup(stack.close)


class Report(Quiet):
    def test_failure_leaves_names_missing_and_goes_on(self):
        with report.section("a part", "one", "two"):
            report.figure("one", 1, "s")
            report.run("false")
        self.assertEqual(report.value("one"), 1)
        self.assertIsNone(report.value("two"))
        self.assertIn("a part: false: status 1", report.missing["two"])
        self.assertEqual(report.failures(), {"two"})

    def test_inner_reason_stays(self):
        with report.section("outer", "x"):
            with report.section("inner", "x"):
                raise report.Failure("it rained")
        self.assertEqual(report.missing["x"], "inner: it rained")

    def test_silence_is_a_reason(self):
        with report.section("a part", "one"):
            pass
        self.assertIn("did not say", report.missing["one"])

    def test_what_the_machine_cannot_do_is_no_failure(self):
        report.cannot(["a"], "no AVX-512")
        self.assertEqual(report.missing, {"a": "no AVX-512"})
        self.assertEqual(report.failures(), set())

    def test_cause_is_the_fatal_line(self):
        text = ("made this\n2026-01-01T00:00:00Z fatal x: no such thing\n"
                "made that\nand that\nand that\n")
        self.assertEqual(report.cause_in(text), ": x: no such thing")
        self.assertEqual(report.cause_in(""), "")

    def test_pairs_pass_over_other_lines(self):
        self.assertEqual(report.pairs("engine lanes\n\nthree words here\na 1"),
                         {"engine": "lanes", "a": "1"})

    def test_goals(self):
        self.assertTrue(report.judge(9, 9) and not report.judge(9, 8.99))
        self.assertTrue(report.judge(-1.2, 1.2)
                        and not report.judge(-1.2, 1.21))
        name = report.GOALS[0][0]
        report.figure(name, report.GOALS[0][1] - 0.1, "times")
        self.assertEqual(report.summary(), 0)
        self.assertIn("NOT REACHED", self.out.getvalue())
        report.figure(name, report.GOALS[0][1] + 0.1, "times")
        self.assertEqual(report.summary(), 1)

    def test_file_says_what_is_missing(self):
        report.figure("a", 2.5, "us")
        report.is_missing("b", "because")
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as f:
            report.write(f.name)
            self.assertEqual(json.load(f), {
                "a": {"value": 2.5, "unit": "us"},
                "b": {"value": None, "missing": "because"}})


class Pictures(Quiet):
    def test_stages_of_one_component(self):
        parts = stages.parts_of(SOME, "lanes", "pca", ["pca"])
        self.assertEqual(parts, [("crypto", "encrypt", 6.5),
                                 ("record", "store", 2.0),
                                 ("rest", "the rest", 1.5)])
        self.assertEqual(stages.parts_of(SOME, "lanes", "ra", ["ra"]), [])

    def test_drawing_is_xml_whatever_is_missing(self):
        for figures in (SOME, {}, {"cpu_ra_us": {"value": None}}):
            svg = xml.etree.ElementTree.fromstring(stages.draw(figures))
            self.assertTrue(svg.tag.endswith("svg"))
        self.assertIn("Monarch, portable", stages.draw(SOME))
        self.assertIn("encrypt: 6.50 us", stages.draw(SOME))

    def test_tables_have_dashes(self):
        lines = [*table.pipeline_table(SOME), *table.compared_table(SOME)]
        self.assertIn("| - |", lines[2])
        self.assertTrue(any("| 10.0 |" in line for line in lines))

    def test_profile(self):
        found = {"pca": collections.Counter(
            {("scms-pca", "mul"): 3, ("kernel", "x"): 1}),
            "la": collections.Counter()}
        lines = list(sampling.table(found, {"pca": 20.0}))
        self.assertIn("4 samples", lines[0])
        self.assertIn(" 75.0 %   15.00 us  mul", lines[2])
        self.assertEqual(len(lines), 5)


if __name__ == "__main__":
    unittest.main(verbosity=0)
