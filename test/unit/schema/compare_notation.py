#!/usr/bin/env python3
"""Compare the catalogue of the schema with the notation of the standards.

usage: compare_notation.py CATALOGUE NOTATION [FACTS]

CATALOGUE is a program that prints all types, NOTATION is
test/vectors/asn1-notation.txt.  Each type must agree in order, tags, names,
OPTIONAL, DEFAULT, extension markers, sizes and ranges.  FACTS, if it exists,
is the document that the notation was taken from; then every definition of
that document must be in NOTATION, word for word, or be named there with a
reason.  The last step proves that the comparison can fail: it makes one
mistake at a time in the notation and expects each to be found.

The notation: SEQ{f: T; g?: T; h: T DEFAULT v; ...; addition?: T},
CHOICE{[0] a: T; ...}, ENUM{a=0, ...}, BITS{a (0)}(SIZE(8)), SEQOF(1..MAX) T,
OCTETS(n), INT(a..b), Name(value), WC{...} for inner constraints, which do not
change octets, TS<initialX: T; intervals..x> for a value that changes at known
times, and TYPE.&field for what an information object set leaves open (OPEN).
"""
import os
import re
import subprocess
import sys

TOKEN = re.compile(r'\s*([A-Za-z][\w&-]*(?:\.&?[\w-]+)*|-?\d+|\.\.\.|\.\.|'
                   r'[{}()\[\]<>:;,?=|@&.])')


class Parser:
    """One type in the notation, as nested tuples."""

    def __init__(self, text, numbers):
        self.tokens = TOKEN.findall(text)
        assert ''.join(self.tokens) == re.sub(r'\s', '', text), text
        self.at = 0
        self.numbers = numbers      # named numbers of integer types

    def peek(self, ahead=0):
        i = self.at + ahead
        return self.tokens[i] if i < len(self.tokens) else ''

    def eat(self, token):
        if self.peek() != token:
            return False
        self.at += 1
        return True

    def need(self, token):
        if not self.eat(token):
            raise SyntaxError('%s, not %s' % (token, self.tokens[self.at:]))

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def group(self, opening, closing):
        """Tokens between brackets, the brackets not included."""
        self.need(opening)
        start, depth = self.at, 1
        while depth:
            token = self.next()
            depth += (token == opening) - (token == closing)
        return self.tokens[start:self.at - 1]

    def type(self):
        word = self.next()
        if word == 'SEQ':
            result = self.members(self.component)
        elif word == 'CHOICE':
            result = self.members(self.alternative)
        elif word == 'ENUM':
            result = self.members(self.enumerator)
        elif word == 'BITS':
            result = self.members(self.bit)
        elif word == 'TS':
            result = self.time_series()
        elif word == 'SEQOF':
            limits = self.limits() if self.peek() == '(' else None
            return ('SEQOF', limits, self.type())
        elif '.&' in word:
            return self.class_field(word)
        elif word == 'Extension':
            self.group('{', '}')
            return ('SEQ', (('id', '', ('ExtId',), None),
                            ('content', '', ('OPEN',), None)))
        else:
            word = {'D2Data': 'Ieee1609Dot2Data',
                    'CertificateBase': 'Certificate'}.get(word, word)
            result = (word,)
            if self.peek() == '{':      # named numbers
                self.name_numbers(word, self.group('{', '}'))
            if self.peek() == '<':      # "<1 recipient: x>"
                self.group('<', '>')
        return self.constraints(result)

    def name_numbers(self, word, tokens):
        names = self.numbers.setdefault(word, {})
        for i, token in enumerate(tokens):
            if re.match('[a-z]', token):
                names[token] = tokens[i + 2]

    def class_field(self, word):
        while self.peek() == '(':
            self.group('(', ')')
        if word == 'IEEE1609DOT2-HEADERINFO-CONTRIBUTED-EXTENSION.&id':
            return ('HeaderInfoContributorId',)
        return ('ExtId',) if word.endswith(('.&id', '.&extId')) else ('OPEN',)

    def constraints(self, result):
        while self.peek() == '(':
            tokens = self.group('(', ')')
            if not self.changes_octets(tokens):
                continue
            names = next((v for v in self.numbers.values()
                          if tokens[0] in v), {})
            tokens = [names.get(t, t) for t in tokens]
            if tokens != ['0', '..', 'MAX'] or result == ('INT',):
                result += (' '.join(tokens),)
        return result

    @staticmethod
    def changes_octets(tokens):
        return not ('WC' in tokens or '|' in tokens or 'EXCEPT' in tokens or
                    'CONTAINING' in tokens or '.' in tokens[0] or
                    re.match('[A-Z]', tokens[0]) and tokens[0] != 'SIZE')

    def limits(self):
        tokens = [t for t in self.group('(', ')') if t not in ('SIZE', '(',
                                                               ')')]
        return None if tokens == ['0', '..', 'MAX'] else ' '.join(tokens)

    def members(self, member):
        kind = self.tokens[self.at - 1]
        self.need('{')
        result = []
        while not self.eat('}'):
            result.append('...' if self.eat('...') else member())
            if not self.eat(';'):
                self.eat(',')
        return (kind, tuple(result))

    def component(self):
        name = self.next()
        optional = '?' if self.eat('?') else ''
        self.need(':')
        kind = self.type()
        default = None
        if self.eat('DEFAULT'):
            default = (' '.join(self.group('{', '}')) if self.peek() == '{'
                       else self.next())
        return (name, optional, kind, default)

    def alternative(self):
        tag = self.group('[', ']')[0]
        name = self.next()
        self.need(':')
        return (tag, name, self.type())

    def enumerator(self):
        name = self.next()
        self.need('=')
        return (name, self.next())

    def bit(self):
        return (self.next(), self.group('(', ')')[0])

    def time_series(self):
        self.need('<')
        initial = self.component()
        self.need(';')
        self.need('intervals')
        self.need('..')
        item = ('SEQ', (('startTime', '', ('Time64',), None),
                        (self.next(), '', initial[2], None)))
        self.need('>')
        return ('SEQ', (initial, ('intervals', '', ('SEQOF', None, item),
                                  None)))


def read_modules(lines):
    """{module: {name: definition}} and the names with a reason."""
    modules, excused, module = {}, {}, None
    for line in lines:
        line = line.rstrip('\n')
        heading = re.match(r'module (\S+)$|`(\S+)`$', line)
        if heading:
            module = heading.group(1) or heading.group(2)
            modules.setdefault(module, {})
        elif line.startswith('! '):
            name = line[2:].rsplit(': ', 1)[0]
            excused[module, name] = True
        elif ' := ' in line and not line.startswith('#'):
            name, definition = line.split(' := ', 1)
            modules[module][name] = definition
    return modules, excused


def expected_path(definition):
    """Names that must lead from type to type: (base, [name, ...])."""
    match = re.match(r'(ScmsPDU|ScmsFile)\(([a-z][\w.-]*)\)$', definition)
    if match:
        return match.group(1), ['content'] + match.group(2).split('.')
    match = re.match(r'D2Data\(([a-z][\w.]*) CONTAINING', definition)
    if match:
        return 'Ieee1609Dot2Data', match.group(1).split('.')
    return None


class Comparison:
    """The types of the catalogue, and what they are compared with."""

    def __init__(self, catalogue, notation):
        self.notation = notation
        self.numbers = {}
        for _, _, text in definitions(notation):
            if text.startswith('INT{'):
                self.parse(text)
        self.have = {(module, name): self.parse(text)
                     for module, name, text in definitions(catalogue)}
        self.names = {name: kind for (module, name), kind
                      in self.have.items() if module != 'CAMP-1.2.4'}

    def parse(self, text):
        return Parser(text, self.numbers).type()

    def leads(self, base, names):
        """Whether each name is a component or alternative of the one before.
        """
        kind = self.names.get(base)
        for name in names:
            while kind and len(kind) == 1 and kind[0] in self.names:
                kind = self.names[kind[0]]
            if not kind or kind[0] not in ('SEQ', 'CHOICE'):
                return False
            found = [m for m in kind[1] if name in m[:2]]
            if not found:
                return False
            kind = found[0][2]
        return True

    def differences(self, module, name, text):
        want, have = self.parse(text), self.have.get((module, name))
        path = expected_path(text)
        if have is None:
            yield '%s.%s: not in the catalogue' % (module, name)
        elif have != want:
            yield '%s.%s:\n have %s\n want %s' % (module, name, have, want)
        if path and not self.leads(*path):
            yield '%s.%s: no such path' % (module, name)

    def all_differences(self):
        wanted = set()
        for module, name, text in definitions(self.notation):
            wanted.add((module, name))
            yield from self.differences(module, name, text)
        for module, name in self.have:
            # The 1.2.4 module repeats what contains the types that changed.
            if (module, name) not in wanted and (
                    module != 'CAMP-1.2.4' or
                    self.have[module, name] != self.names.get(name)):
                yield '%s.%s: not in the notation' % (module, name)


def definitions(modules):
    """(module, name, text).  Certificate and CertificateBase are one type,
    which the notation defines under one name, the schema under the other."""
    for module, types in modules.items():
        for name, text in types.items():
            if name in ('Certificate', 'CertificateBase'):
                if not text.startswith('SEQ{'):
                    continue
                name = 'Certificate'
            yield module, name, text


def read_facts(path):
    """(module, name, definition) of the sections that the schema covers."""
    section, module, code = '', None, False
    for line in open(path, encoding='utf-8'):
        line = line.rstrip('\n')
        heading = re.match(r'#+ ([0-9.]+)', line)
        if heading:
            section, module = heading.group(1).rstrip('.'), None
        title = re.match(r'`([\w-]+)` \{', line)
        if title and not code:
            module = title.group(1)
        if line.startswith('```'):
            code = not code
        if not code or ' := ' not in line:
            continue
        if section in ('2', '4', '6', '9.3') or section.startswith('5.'):
            if not (section == '4' and 'Crl' in module):
                yield (section, module or 'CAMP-1.2.4',
                       *line.split(' := ', 1))


def compare_facts(path, notation, excused):
    """Definitions of the document that the notation does not carry."""
    spelled = {m.lower(): m for m in notation}
    wanted = {}
    for section, module, name, text in read_facts(path):
        # The later edition comes last and replaces the earlier.
        wanted[spelled.get(module.lower(), module), name] = text
    lines = []
    for (module, name), text in wanted.items():
        if (module, name) in excused:
            continue
        if notation.get(module, {}).get(name) != text:
            lines.append('%s.%s: differs from the document' % (module, name))
    if len(wanted) < 400:
        lines.append('only %d definitions found in the document' %
                     len(wanted))
    return lines


MISTAKES = [
    ('OPTIONAL forgotten', r'\?:', ':'),
    ('marker forgotten', r'(?:; |, )\.\.\.', ''),
    ('order', r'\[0\] ([\w-]+: \w+); \[1\] ([\w-]+: \w+)',
     r'[0] \2; [1] \1'),
    ('tag', r'\[1\]', '[2]'),
    ('component renamed', r'([\]{;] [a-z][\w-]*)', r'\1x'),
    ('component dropped', r'SEQ\{ [\w-]+\??: [\w-]+; ', 'SEQ{ '),
    ('default', r'DEFAULT (\d+)', r'DEFAULT 9\1'),
    ('size', r'OCTETS\((\d+)\)', r'OCTETS(9\1)'),
    ('upper limit', r'\.\.(\d+)\)', r'..9\1)'),
    ('lower limit', r'\((\d+)\.\.', r'(9\1..'),
    ('value', r'\b(Uint8|Psid|CrlSeries|CountryOnly)\((\d+)\)', r'\1(9\2)'),
    ('enumerator', r'=(\d+)', r'=9\1'),
    ('bit', r' \((\d)\)([,}])', r' (9\1)\2'),
    ('list forgotten', r'SEQOF (?=[A-Z])', ''),
    ('other type', r': Time32\b', ': Uint32'),
    ('other alias', r'^(Uint|HashedId)\d+$', 'Opaque'),
    ('path', r'^(ScmsPDU|D2Data)\(([\w-]+)\.(\w+)', r'\1(\2.\3x'),
]


def check_mistakes(comparison):
    """Each mistake, made in every definition where it can be made."""
    for what, pattern, replacement in MISTAKES:
        made = 0
        for module, name, text in definitions(comparison.notation):
            # Inside WC{} nothing changes octets.
            head, inner, rest = text.partition('WC{')
            wrong = re.sub(pattern, replacement, head, count=1)
            if wrong == head:
                continue
            wrong += inner + rest
            made += 1
            if not list(comparison.differences(module, name, wrong)):
                yield 'mistake not found (%s): %s := %s' % (what, name, wrong)
        print('%4d mistakes made: %s' % (made, what))
        if made == 0:
            yield 'no place for the mistake: ' + what


def main():
    program, path = sys.argv[1:3]
    facts = sys.argv[3] if len(sys.argv) > 3 else ''
    output = subprocess.run([program], check=True, capture_output=True,
                            text=True).stdout
    catalogue, _ = read_modules(output.splitlines())
    with open(path, encoding='utf-8') as file:
        notation, excused = read_modules(file)
    comparison = Comparison(catalogue, notation)
    lines = list(comparison.all_differences())
    print('%d types compared' % len(list(definitions(notation))))
    if os.path.exists(facts):
        lines += compare_facts(facts, notation, excused)
    lines += check_mistakes(comparison)
    print('\n'.join(lines))
    return 1 if lines else 0


if __name__ == '__main__':
    sys.exit(main())
