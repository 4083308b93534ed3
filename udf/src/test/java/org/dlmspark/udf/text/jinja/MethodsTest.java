package org.dlmspark.udf.text.jinja;

import static org.dlmspark.udf.text.jinja.Rendering.fails;
import static org.dlmspark.udf.text.jinja.Rendering.prints;

import org.dlmspark.udf.text.jinja.JinjaException.Kind;
import org.junit.jupiter.api.Test;

class MethodsTest {

  @Test
  void stringsAreSplitAndJoined() {
    prints("'  a b  c '.split()", "['a', 'b', 'c']");
    prints("'  a b  c '.split(none, 1)", "['a', 'b  c ']");
    prints("'a,b,,c'.split(',') ~ ''.split(',') ~ ''.split()", "['a', 'b', '', 'c'][''][]");
    prints("'a,b,c'.split(sep=',', maxsplit=1)", "['a', 'b,c']");
    prints("'a,b,c'.rsplit(',', 1) ~ 'a b '.rsplit()", "['a,b', 'c']['a', 'b']");
    prints("'aaa'.rsplit('aa') ~ 'aaa'.split('aa')", "['a', '']['', 'a']");
    prints(
        "'a\\r\\nb\\rc\\n'.splitlines() ~ 'a\\nb'.splitlines(true)",
        "['a', 'b', 'c']['a\\n', 'b']");
    prints("s.partition(' ') ~ s.partition('x')", "('Hello', ' ', 'World')('Hello World', '', '')");
    prints(
        "s.rpartition('o') ~ s.rpartition('x')", "('Hello W', 'o', 'rld')('', '', 'Hello World')");
    prints("'-'.join(['a', 'b']) ~ '-'.join('cd')", "a-bc-d");
    fails("{{ s.split('') }}", Kind.RUNTIME);
    fails("{{ '-'.join([1]) }}", Kind.RUNTIME);
  }

  @Test
  void stringsAreSearched() {
    prints("s.find('o') ~ s.find('o', 5) ~ s.find('x') ~ s.rfind('o')", "47-17");
    prints("s.find('o', -3) ~ s.find('l', 4, 5)", "-1-1");
    prints("s.index('W') ~ s.rindex('l')", "69");
    prints("s.count('o') ~ s.count('') ~ 'aaaa'.count('aa')", "2122");
    prints("s.startswith('He') and s.endswith(('x', 'ld')) and s.startswith('W', 6)", "True");
    prints("s.removeprefix('He') ~ s.removesuffix('ld')", "llo WorldHello Wor");
    prints("s.replace('l', 'L', 1)", "HeLlo World");
    prints("('a' * 40 ~ 'b').find('a' * 30 ~ 'b')", "10");
    prints("('b' ~ 'a' * 40).rfind('b' ~ 'a' * 30)", "0");
    fails("{{ s.index('x') }}", Kind.RUNTIME);
    fails("{{ s.startswith(['H']) }}", Kind.RUNTIME);
    fails("{{ s.replace('l', 'L', count=1) }}", Kind.RUNTIME);
  }

  @Test
  void stringsAreStrippedAndFilled() {
    prints(
        "'[' ~ ' a\\xa0\\n'.strip() ~ 'xyaxy'.lstrip('yx') ~ 'axx'.rstrip('x') ~ ']'", "[aaxya]");
    prints(
        "'a'.ljust(3, '.') ~ 'a'.rjust(3) ~ 'ab'.center(5, '-') ~ 'abc'.center(6, '-')",
        "a..  a--ab--abc--");
    prints("'42'.zfill(5) ~ '-4'.zfill(4)", "00042-004");
    prints("'a\\tb'.expandtabs(4)", "a   b");
  }

  @Test
  void lettersAreTold() {
    prints("'abc'.isalpha() and 'ab1'.isalnum() and '12'.isdigit() and ' \\t'.isspace()", "True");
    prints("''.isalpha() or '1'.islower() or '-1'.isdigit()", "False");
    prints("'²'.isdigit() and not '²'.isdecimal() and '½'.isnumeric()", "True");
    prints("'Ab Cd'.istitle() and 'A1'.isupper() and 'a'.isascii()", "True");
    prints("'ß'.upper() ~ 'ßA'.capitalize() ~ 'aB'.swapcase() ~ 'ΑΣ'.lower()", "SSSsaAbας");
    prints("'it\\'s a2b'.title() ~ 'ẞß'.casefold()", "It'S A2Bssss");
  }

  @Test
  void listsAndDictsAreAsked() {
    prints("l.index(1) ~ l.count(3) ~ l.copy() ~ (1, 2).index(2)", "11[3, 1, 2]1");
    prints("d.get('x') ~ d.get('q') ~ d.get('q', 5)", "1None5");
    prints("d.keys()|list ~ d.values()|list|length ~ (d.copy() == d)", "['x', 'y', 'items']3True");
    prints("'x' in d.keys() and d.items()|first == ('x', 1)", "True");
    fails("{{ l.index(9) }}", Kind.RUNTIME);
  }

  @Test
  void bracesAreFilled() {
    prints(
        "'{} {}'.format(1, 'a') ~ '{1}{0}'.format(1, 2) ~ '{x[k]}'.format(x={'k': 5})", "1 a215");
    prints("'{:>4}|{:<4}|{:^4}|{:*^5}'.format('a', 'b', 'c', 'd')", "   a|b   | c  |**d**");
    prints(
        "'{:05d} {:,} {:.2f} {:x} {:+} {:e}'.format(42, 1234567, 2.675, 255, 5, 1234.5)",
        "00042 1,234,567 2.67 ff +5 1.234500e+03");
    prints("'{!r} {{}} {:{}}|'.format('a', 'b', 3)", "'a' {} b  |");
    fails("{{ '{}'.format() }}", Kind.RUNTIME);
    fails("{{ '{:d}'.format('a') }}", Kind.RUNTIME);
    fails("{{ '{} {0}'.format(1) }}", Kind.RUNTIME);
  }

  @Test
  void percentsAreFilled() {
    prints("'%s %r %d' % ('a', 'b', 3.9)", "a 'b' 3");
    prints(
        "'%5s|%-5s|%05d|%+d|%.2f|%x|%%' % ('a', 'b', 42, 3, 2.675, 255)",
        "    a|b    |00042|+3|2.67|ff|%");
    prints("'%(x)s' % d ~ '%s' % l ~ '%g' % 0.00001", "1[3, 1, 2]1e-05");
    fails("{{ '%s %s' % 'a' }}", Kind.RUNTIME);
    fails("{{ 'a' % 1 }}", Kind.RUNTIME);
    fails("{{ '%d' % 'x' }}", Kind.RUNTIME);
    fails("{{ '%(q)s' % d }}", Kind.RUNTIME);
  }
}
