"""Every example of "Common Expression Language in Kubernetes", and those of the libraries' own documentation.

Sources: kubernetes.io/docs/reference/using-api/cel; k8s.io/apiserver/pkg/cel/library.
"""

from __future__ import annotations

import pytest

from zen_gc_core.errors import ExpressionError, ExpressionSyntaxError
from zen_gc_core.expressions.cel import Environment

SELF = {
    "minReplicas": 1,
    "replicas": 2,
    "maxReplicas": 3,
    "stateCounts": {"Available": 1},
    "list1": [],
    "list2": [1],
    "envars": [{"name": "MY_ENV", "value": "abc"}, {"name": "OTHER", "value": "1 2"}],
    "health": "ok-ish",
    "widgets": [{"key": "x", "foo": 5}, {"key": "y", "foo": 50}],
    "metadata": {"name": "singleton"},
    "set1": ["a", "b"],
    "set2": ["c"],
    "names": ["abc", "def"],
    "details": {"abc": "x", "def": "y"},
    "expired": "2026-01-02T00:00:00Z",
    "created": "2026-01-01T00:00:00Z",
    "ttl": "1h",
    "items": [{"weight": 0.25}, {"weight": 0.75}],
    "lowPriorities": [{"priority": 1}, {"priority": 2}],
    "highPriorities": [{"priority": 3}],
    "namex": "special",
    "intOrString": "50%",
}

PAGE = [
    "self.minReplicas <= self.replicas && self.replicas <= self.maxReplicas",
    "'Available' in self.stateCounts",
    "(self.list1.size() == 0) != (self.list2.size() == 0)",
    "self.envars.filter(e, e.name == 'MY_ENV').all(e, e.value.matches('^[a-zA-Z]*$'))",
    "has(self.expired) && timestamp(self.created) + duration(self.ttl) < timestamp(self.expired)",
    "self.health.startsWith('ok')",
    "self.widgets.exists(w, w.key == 'x' && w.foo < 10)",
    "!(type(self.replicas) == string ? self.replicas == '99%' : self.replicas == 42)",
    "self.metadata.name == 'singleton'",
    "self.set1.all(e, !(e in self.set2))",
    "self.names.size() == self.details.size() && self.names.all(n, n in self.details)",
    "self.details.all(key, key.matches('^[a-zA-Z]*$'))",
    "self.details.all(key, self.details[key].matches('^[a-zA-Z]*$'))",
    "self.names.isSorted()",
    "self.items.map(x, x.weight).sum() == 1.0",
    "self.lowPriorities.map(x, x.priority).max() < self.highPriorities.map(x, x.priority).min()",
    "self.names.indexOf('def') == 1",
    "'abc 123'.find('[0-9]+') == '123'",
    "'1, 2, 3, 4'.findAll('[0-9]+').map(x, int(x)).sum() < 100",
    "url('https://example.com:80/').getHost() == 'example.com:80'",
    "url('https://example.com/path with spaces/').getEscapedPath() == '/path%20with%20spaces/'",
    "quantity('500000G').isInteger()",
    "quantity('50k').asInteger() == 50000",
    "quantity('9999999999999999999999999999999999999G').asApproximateFloat() > 9.9e45",
    "quantity('50k').add(quantity('20k')) == quantity('70k')",
    "quantity('50k').sub(20000) == quantity('30k')",
    "quantity('50k').add(20).sub(quantity('100k')).sub(-50000) == quantity('20')",
    "quantity('200M').compareTo(quantity('0.2G')) == 0",
    "quantity('150Mi').isGreaterThan(quantity('100Mi'))",
    "quantity('50M').isLessThan(quantity('100M'))",
    "has(self.namex) ? self.namex == 'special' : false",
    "self.intOrString == '50%' || self.intOrString < 100",
]

LIBRARIES = [
    # lists
    "['a', 'b', 'b'].indexOf('b') == 1 && ['a', 'b', 'b'].lastIndexOf('b') == 2 && [].indexOf('x') == -1",
    "[1, 3].min() == 1 && [1, 3].max() == 3 && [1, 3].sum() == 4 && [1.0, 3.0].sum() == 4.0 && [].sum() == 0",
    "['a', 'b', 'c'].isSorted() && !['b', 'a'].isSorted() && [duration('1s'), duration('1m')].isSorted()",
    "[duration('1s'), duration('1m')].sum() == duration('61s')",
    # regex
    "'abc 123'.find('[0-9]*') == '' && '123 abc'.find('[0-9]*') == '123' && 'abc'.find('xyz') == ''",
    "'123 abc 456'.findAll('[0-9]+') == ['123', '456'] && '123 abc 456'.findAll('[0-9]+', 1) == ['123']",
    "'123 abc 456'.findAll('[0-9]+', 0) == [] && 'xyz'.findAll('[0-9]+') == []",
    # URLs
    "isURL('https://user:pass@example.com:80/path?query=val#fragment') && isURL('/absolute-path')",
    "!isURL('https://a:b:c/') && !isURL('../relative-path') && !isURL('') && !isURL('https://a b/')",
    "url('/path').getScheme() == '' && url('https://example.com/').getScheme() == 'https'",
    "url('https://example.com/').getHost() == 'example.com' && url('https://[::1]:80/').getHost() == '[::1]:80'",
    "url('https://[::1]/').getHost() == '[::1]' && url('/path').getHost() == ''",
    "url('https://example.com:80/').getHostname() == 'example.com' && url('https://[::1]:80/').getHostname() == '::1'",
    "url('https://127.0.0.1:80/').getHostname() == '127.0.0.1' && url('/path').getHostname() == ''",
    "url('https://example.com:80/').getPort() == '80' && url('https://example.com/').getPort() == ''",
    "url('https://example.com/path').getEscapedPath() == '/path' && url('https://example.com').getEscapedPath() == ''",
    "url('https://example.com/path?k1=a&k2=b&k2=c').getQuery() == {'k1': ['a'], 'k2': ['b', 'c']}",
    "url('https://example.com/path?key with spaces=value with spaces').getQuery() == {'key with spaces': ['value with spaces']}",
    "url('https://example.com/path?').getQuery() == {} && url('https://example.com/path').getQuery() == {}",
    # quantities
    "isQuantity('1.3G') && isQuantity('1.3Gi') && isQuantity('10000k') && isQuantity('1e3') && isQuantity('100m')",
    "!isQuantity('1,3G') && !isQuantity('200K') && !isQuantity('Three') && !isQuantity('Mi') && !isQuantity('')",
    "!quantity('9999999999999999999999999999999999999G').isInteger() && quantity('50k').sub(20000).asApproximateFloat() == 30000.0",
    "quantity('50M').compareTo(quantity('50Mi')) == -1 && quantity('50Mi').compareTo(quantity('50M')) == 1",
    "!quantity('50Mi').isGreaterThan(quantity('100Mi')) && !quantity('100M').isLessThan(quantity('50M'))",
    "sign(quantity('-1')) == -1 && quantity('0').sign() == 0 && quantity('0.5m') == quantity('500u')",
    # sets
    "sets.contains([], []) && !sets.contains([], [1]) && sets.contains([1, 2, 3, 4], [2, 3]) && sets.contains([1, 2.0, 3u], [1.0, 2u, 3])",
    "!sets.intersects([1], []) && sets.intersects([1], [1, 2]) && sets.intersects([[1], [2, 3]], [[1, 2], [2, 3.0]])",
    "sets.equivalent([], []) && sets.equivalent([1], [1, 1]) && sets.equivalent([1], [1u, 1.0]) && sets.equivalent([1, 2, 3], [3u, 2.0, 1])",
    # IP addresses
    "isIP('127.0.0.1') && isIP('::1') && !isIP('127.0.0.256') && !isIP(':::1') && !isIP('127.0.0.1/24') && !isIP('fe80::1%eth0')",
    "ip.isCanonical('127.0.0.1') && ip.isCanonical('2001:db8::abcd') && !ip.isCanonical('2001:DB8::ABCD') && !ip.isCanonical('2001:db8:0:0:0:0:0:abcd')",
    "ip('127.0.0.1').family() == 4 && ip('::1').family() == 6 && ip('0.0.0.0').isUnspecified() && !ip('127.0.0.1').isUnspecified()",
    "ip('127.0.0.1').isLoopback() && ip('224.0.0.1').isLinkLocalMulticast() && ip('169.254.169.254').isLinkLocalUnicast()",
    "ip('192.168.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast()",
    # CIDRs
    "isCIDR('192.168.0.0/16') && isCIDR('::1/128') && !isCIDR('192.168.0.0/33') && !isCIDR('::1/129') && !isCIDR('192.168.0.0')",
    "cidr('192.168.0.0/24').containsIP(ip('192.168.0.1')) && !cidr('192.168.0.0/24').containsIP('192.168.1.1')",
    "cidr('192.168.0.0/16').containsCIDR(cidr('192.168.10.0/24')) && !cidr('192.168.1.0/24').containsCIDR('192.168.2.0/24')",
    "cidr('192.168.0.1/24').ip() == ip('192.168.0.1') && cidr('192.168.0.1/24').masked() == cidr('192.168.0.0/24')",
    "cidr('192.168.0.0/16').prefixLength() == 16 && string(cidr('192.168.0.0/16')) == '192.168.0.0/16'",
    # semantic versions
    "isSemver('1.0.0') && !isSemver('hello') && !isSemver('v1.0') && isSemver('v1.0', true) && !isSemver('1.0.0-01')",
    "semver('v1.0.0', true) == semver('1.0.0') && semver('1.0', true) == semver('1.0.0') && semver('01.01.01', true) == semver('1.1.1')",
    "semver('1.2.3').major() == 1 && semver('1.2.3').minor() == 2 && semver('1.2.3').patch() == 3",
    "semver('1.2.3').compareTo(semver('1.2.3')) == 0 && semver('1.2.3').compareTo(semver('2.0.0')) == -1",
    "semver('1.0.0-alpha.1').isLessThan(semver('1.0.0-alpha.beta')) && semver('1.0.0').isGreaterThan(semver('1.0.0-rc.1'))",
    # named formats
    "!format.dns1123Label().validate('my-label-name').hasValue() && format.dns1123Label().validate('My').hasValue()",
    "!format.dns1123Subdomain().validate('apiextensions.k8s.io').hasValue() && format.dns1123Subdomain().validate('a..b').hasValue()",
    "!format.dns1035Label().validate('my-label-name').hasValue() && format.dns1035Label().validate('1a').hasValue()",
    "!format.qualifiedName().validate('apiextensions.k8s.io/v1beta1').hasValue() && format.qualifiedName().validate('/v1').hasValue()",
    "!format.dns1123LabelPrefix().validate('my-label-prefix-').hasValue() && format.dns1123Label().validate('my-label-prefix-').hasValue()",
    "!format.dns1123SubdomainPrefix().validate('mysubdomain.prefix.-').hasValue() && !format.dns1035LabelPrefix().validate('my-label-prefix-').hasValue()",
    "!format.uri().validate('http://example.com').hasValue() && format.uri().validate('example').hasValue()",
    "!format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue() && format.uuid().validate('123').hasValue()",
    "!format.byte().validate('aGVsbG8=').hasValue() && format.byte().validate('aGVsbG8').hasValue()",
    "!format.date().validate('2021-01-01').hasValue() && format.date().validate('2021-02-30').hasValue()",
    "!format.datetime().validate('2021-01-01T00:00:00Z').hasValue() && format.datetime().validate('2021-01-01').hasValue()",
    "!format.labelValue().validate('').hasValue() && format.labelValue().validate('a b').value().size() == 1",
    "format.named('dns1123Label').hasValue() && !format.named('nope').hasValue()",
    "format.dns1123Label().validate('a'.replace('a', '" + "a" * 64 + "')).value() == ['must be no more than 63 bytes']",
    # optionals, two variables, comparisons across types
    "self.?metadata.?labels[?'app'].orValue('none') == 'none' && self[?'replicas'].optMap(r, r * 2).value() == 4",
    "['a', 'b'].transformMap(i, v, i) == {0: 0, 1: 1} && {'a': 1}.transformList(k, v, k + string(v)) == ['a1']",
    "{'a': 1}.all(k, v, k == 'a' && v == 1) && [3].exists(i, v, v > i) && {'a': 1, 'b': 2}.existsOne(k, v, v == 2)",
    "{'greeting': 'hello'}.transformMapEntry(k, v, {v: k}) == {'hello': 'greeting'}",
    "self.replicas < 2.5 && self.replicas == 2.0 && dyn(1u) < 2",
]

FAILING = [
    "url('https://a:b:c/')",
    "url('../relative-path')",
    "quantity('200K')",
    "quantity('Three')",
    "quantity('9999999999999999999999999999999999999G').asInteger()",
    "semver('200K')",
    "semver('v1.0.0')",
    "ip('127.0.0.256')",
    "cidr('192.168.0.0/33')",
    "[].min() == 1",
    "['a'].sum() == 1",
    "'abc'.find('(?=a)') == ''",
    "authorizer.group('').resource('pods').check('create').allowed()",
    "self.envars.filter(e, e.name = 'MY_ENV')",
]


@pytest.fixture(scope="module")
def environment():
    return Environment(("self",))


@pytest.mark.parametrize("expression", PAGE + LIBRARIES)
def test_an_example_means_what_its_documentation_says(environment, expression):
    """Each example, completed to a condition, is true in both tiers."""
    program = environment.compile(expression)
    assert program.evaluate(SELF) is True
    assert program.evaluate_exactly(SELF) is True


@pytest.mark.parametrize("expression", FAILING)
def test_an_example_of_an_error_is_one(environment, expression):
    """What the documentation calls an error is refused, at once or on evaluation."""
    with pytest.raises((ExpressionSyntaxError, ExpressionError)):
        environment.compile(expression).evaluate(SELF)
