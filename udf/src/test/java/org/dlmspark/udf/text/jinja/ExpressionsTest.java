package org.dlmspark.udf.text.jinja;

import static org.dlmspark.udf.text.jinja.Rendering.fails;
import static org.dlmspark.udf.text.jinja.Rendering.gives;
import static org.dlmspark.udf.text.jinja.Rendering.prints;

import org.dlmspark.udf.text.jinja.JinjaException.Kind;
import org.junit.jupiter.api.Test;

class ExpressionsTest {

  @Test
  void notBindsWeakerThanTestsAndComparisons() {
    prints("not a is defined", "False");
    prints("not 1 == 2", "True");
    prints("not 'x' in d", "False");
    prints("not l|length > 5", "True");
    prints("not not a", "True");
    prints("not zero and yes", "True");
    prints("not (zero or yes)", "False");
  }

  @Test
  void operatorsBindAsInJinja() {
    prints("1 + 2 * 3 - 4 / 2", "5.0");
    prints("(1 + 2) * 3", "9");
    prints("2 ** 3 ** 2", "64");
    prints("-2 ** 2", "4");
    prints("7 // 2 ** 2", "1");
    fails("{{ a + b ~ 1 }}", Kind.RUNTIME);
    prints("a ~ b * 2", "3-14");
    prints("-2|abs", "2");
    prints("-a|abs", "3");
    prints("l|length - 1", "2");
    prints("a + 'xy'|length", "5");
    prints("'a' if yes else 'b' ~ 'c'", "a");
    prints("('a' if yes else 'b') ~ 'c'", "ac");
    prints("'x' if a is defined and a > 2 else 'y'", "x");
    prints("1 if zero else 2 if zero else 3", "3");
    prints("namespace(v=l|length - 1).v", "2");
    prints("l[:a - 1]", "[3, 1]");
  }

  @Test
  void andAndOrGiveOneOfTheirOperands() {
    prints("'' or 'e'", "e");
    prints("'v' and 'w'", "w");
    prints("zero and missing.x", "0");
    prints("nothing or zero or []", "[]");
  }

  @Test
  void comparisonsAreChained() {
    prints("1 < 2 < 3", "True");
    prints("1 < 3 < 2", "False");
    prints("1 == 1.0 == true", "True");
    prints("a == 3 != 4", "True");
    prints("'a' < 'b'", "True");
    prints("[1, 2] < [1, 3]", "True");
    prints("(1,) == [1]", "False");
    prints("'b' not in 'abc'", "False");
    prints("1 in l and 9 not in l", "True");
    prints("'' in 'a'", "True");
    fails("{{ 'a' < 1 }}", Kind.RUNTIME);
    fails("{{ 1 in 'a' }}", Kind.RUNTIME);
    fails("{{ 'a' in nothing }}", Kind.RUNTIME);
  }

  @Test
  void numbersAreAsInPython() {
    prints("-7 // 2", "-4");
    prints("-7 % 3", "2");
    prints("7 % -3", "-2");
    prints("-7.5 // 2", "-4.0");
    prints("7 / 2", "3.5");
    prints("4 / 2", "2.0");
    prints("0 / -7", "-0.0");
    prints("true + 1", "2");
    prints("10 ** 20", "100000000000000000000");
    prints("9223372036854775807 + 1", "9223372036854775808");
    prints("10 ** 25 // 3 * 3 + 10 ** 25 % 3 == 10 ** 25", "True");
    prints("2 ** -1", "0.5");
    prints("0b101 + 0o17 + 0xff + 1_000", "1275");
    fails("{{ 1 / 0 }}", Kind.RUNTIME);
    fails("{{ 1 % 0 }}", Kind.RUNTIME);
    fails("{{ 10.0 ** 400 }}", Kind.RUNTIME);
    fails("{{ (-8) ** 0.5 }}", Kind.UNSUPPORTED);
  }

  @Test
  void floatsArePrintedShortest() {
    prints("0.1 + 0.2", "0.30000000000000004");
    prints("1 / 3", "0.3333333333333333");
    prints("100.0", "100.0");
    prints("1e15", "1000000000000000.0");
    prints("1e16", "1e+16");
    prints("0.0001", "0.0001");
    prints("1e-5", "1e-05");
    prints("2.0 ** -44", "5.684341886080802e-14");
    prints("5e-324", "5e-324");
    prints("0.0 * -1", "-0.0");
    prints("1e400", "inf");
    prints("'nan'|float", "nan");
  }

  @Test
  void valuesArePrintedAsPythonDoes() {
    prints("[1, 'a', none, true, 1.5]", "[1, 'a', None, True, 1.5]");
    prints("none", "None");
    prints("d", "{'x': 1, 'y': [1, 2], 'items': 'I'}");
    prints("(1,)", "(1,)");
    prints("()", "()");
    prints("1, 2", "(1, 2)");
    prints("[\"it's\"]", "[\"it's\"]");
    prints("['\"']", "['\"']");
    prints("['both\\'\"']", "['both\\'\"']");
    prints("['\\n\\t\\\\\\x00\\u2028é']", "['\\n\\t\\\\\\x00\\u2028é']");
    prints("{1: 'a', true: 'b', 1.0: 'c'}", "{1: 'c'}");
    prints("{(1, 2): none}", "{(1, 2): None}");
    prints("range(3)", "range(0, 3)");
    prints("d.keys()", "dict_keys(['x', 'y', 'items'])");
    prints("namespace(x='y')", "<Namespace {'x': 'y'}>");
    fails("{{ {[1]: 2} }}", Kind.RUNTIME);
    fails("{{ l|map('abs') }}", Kind.UNSUPPORTED);
    fails("{{ s.upper }}", Kind.UNSUPPORTED);
  }

  @Test
  void sequencesAreAddedAndRepeated() {
    prints("l + [4]", "[3, 1, 2, 4]");
    prints("(1,) + (2,)", "(1, 2)");
    prints("'ab' * 2 ~ 2 * 'c'", "ababcc");
    prints("[0] * 3", "[0, 0, 0]");
    prints("'a' * -1", "");
    fails("{{ l + (1,) }}", Kind.RUNTIME);
    fails("{{ 'a' + 1 }}", Kind.RUNTIME);
    fails("{{ 'a' + none }}", Kind.RUNTIME);
  }

  @Test
  void slicesHaveStepsAndNegativeBounds() {
    prints("l[::-1]", "[2, 1, 3]");
    prints("l[1:]", "[1, 2]");
    prints("l[:-1]", "[3, 1]");
    prints("l[5:]", "[]");
    prints("l[2:0:-1]", "[2, 1]");
    prints("s[-5:]", "World");
    prints("s[::3]", "HlWl");
    prints("u[1:3]", "日😀");
    prints("u[::-1]", "ß😀日é");
    prints("range(10)[2:8:3]", "range(2, 8, 3)");
    fails("{{ l[::0] }}", Kind.RUNTIME);
    fails("{{ d[1:] }}", Kind.RUNTIME);
  }

  @Test
  void charactersAreCodePoints() {
    prints("u|length", "4");
    prints("u[2]", "😀");
    prints("u[-1]", "ß");
    prints("u|list", "['é', '日', '😀', 'ß']");
    prints("u.find('ß')", "3");
    gives("{% for c in u %}{{ c }}.{% endfor %}", "é.日.😀.ß.");
  }

  @Test
  void attributesAndItemsStandInForEachOther() {
    prints("d.x ~ d['x']", "11");
    prints("d['items'] ~ d.items() | list | length", "I3");
    prints("s['upper']()", "HELLO WORLD");
    prints("l.0 ~ d.y.1 ~ d.y[1]", "322");
    prints("d['get']('x')", "1");
    prints("l['0'] is defined", "False");
    prints("l[9] is defined or l[none] is defined or nothing.x is defined", "False");
    prints("l[true]", "1");
  }

  @Test
  void stringLiteralsHaveEscapesAndStandBesideEachOther() {
    prints("'a' \"b\" 'c'", "abc");
    prints("'\\x41\\u00e9\\U0001F600\\101\\N{BULLET}'", "Aé😀A•");
    prints("'\\q\\\\\\''", "\\q\\'");
    prints("'a\\\nb'", "ab");
    prints("'\\é'", "\\xe9");
    fails("{{ '\\x4' }}", Kind.SYNTAX);
  }

  @Test
  void anIfWithoutElseIsUndefined() {
    prints("'x' if zero", "");
    prints("('x' if zero) is defined", "False");
  }

  @Test
  void callsTakeListsAndDictsOfArguments() {
    prints("range(*[1, 4])|list", "[1, 2, 3]");
    prints("dict(**{'k': 1})", "{'k': 1}");
    prints("dict([('k', 1)], j=2)", "{'k': 1, 'j': 2}");
    fails("{{ dict(k=1, k=2) }}", Kind.SYNTAX);
    fails("{{ dict(k=1, 2) }}", Kind.SYNTAX);
    fails("{{ dict(**l) }}", Kind.RUNTIME);
    fails("{{ a() }}", Kind.RUNTIME);
  }

  @Test
  void namespacesCyclersAndJoinersKeepTheirState() {
    gives("{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }}", "aba");
    gives("{% set j = joiner('|') %}{% for x in l %}{{ j() }}{{ x }}{% endfor %}", "3|1|2");
    gives("{% set n = namespace({'x': 1}, y=2) %}{% set n.x = 5 %}{{ n.x }}{{ n['y'] }}", "52");
    fails("{% set d.x = 1 %}", Kind.RUNTIME);
    fails("{{ lipsum() }}", Kind.UNSUPPORTED);
    fails("{{ range(100001) }}", Kind.RUNTIME);
  }
}
