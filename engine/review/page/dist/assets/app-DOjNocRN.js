// node_modules/preact/dist/preact.module.js
var n$1;
var l$2;
var u$3;
var t$2;
var i$3;
var r$2;
var o$2;
var e$2;
var f$3;
var c$2;
var a$2;
var s$2;
var h$3;
var p$3;
var v$2;
var d$2 = {};
var w$3 = [];
var _$2 = /acit|ex(?:s|g|n|p|$)|rph|grid|ows|mnc|ntw|ine[ch]|zoo|^ord|itera/i;
var g$2 = Array.isArray;
function m$3(n, l) {
	for (var u in l) n[u] = l[u];
	return n;
}
function b$2(n) {
	n && n.parentNode && n.parentNode.removeChild(n);
}
function k$2(l, u, t) {
	var i, r, o, e = {};
	for (o in u) "key" == o ? i = u[o] : "ref" == o ? r = u[o] : e[o] = u[o];
	if (arguments.length > 2 && (e.children = arguments.length > 3 ? n$1.call(arguments, 2) : t), "function" == typeof l && null != l.defaultProps) for (o in l.defaultProps) void 0 === e[o] && (e[o] = l.defaultProps[o]);
	return x$2(l, e, i, r, null);
}
function x$2(n, t, i, r, o) {
	var e = {
		type: n,
		props: t,
		key: i,
		ref: r,
		__k: null,
		__: null,
		__b: 0,
		__e: null,
		__c: null,
		constructor: void 0,
		__v: null == o ? ++u$3 : o,
		__i: -1,
		__u: 0
	};
	return null == o && null != l$2.vnode && l$2.vnode(e), e;
}
function S$1(n) {
	return n.children;
}
function C$1(n, l) {
	this.props = n, this.context = l;
}
function $(n, l) {
	if (null == l) return n.__ ? $(n.__, n.__i + 1) : null;
	for (var u; l < n.__k.length; l++) if (null != (u = n.__k[l]) && null != u.__e) return u.__e;
	return "function" == typeof n.type ? $(n) : null;
}
function I(n) {
	if (n.__P && n.__d) {
		var u = n.__v, t = u.__e, i = [], r = [], o = m$3({}, u);
		o.__v = u.__v + 1, l$2.vnode && l$2.vnode(o), q$1(n.__P, o, u, n.__n, n.__P.namespaceURI, 32 & u.__u ? [t] : null, i, null == t ? $(u) : t, !!(32 & u.__u), r), o.__v = u.__v, o.__.__k[o.__i] = o, D(i, o, r), u.__e = u.__ = null, o.__e != t && P(o);
	}
}
function P(n) {
	if (null != (n = n.__) && null != n.__c) return n.__e = n.__c.base = null, n.__k.some(function(l) {
		if (null != l && null != l.__e) return n.__e = n.__c.base = l.__e;
	}), P(n);
}
function A$2(n) {
	(!n.__d && (n.__d = !0) && i$3.push(n) && !H.__r++ || r$2 != l$2.debounceRendering) && ((r$2 = l$2.debounceRendering) || o$2)(H);
}
function H() {
	try {
		for (var n, l = 1; i$3.length;) i$3.length > l && i$3.sort(e$2), n = i$3.shift(), l = i$3.length, I(n);
	} finally {
		i$3.length = H.__r = 0;
	}
}
function L(n, l, u, t, i, r, o, e, f, c, a) {
	var s, h, p, v, y, _, g = t && t.__k || w$3, m = l.length;
	for (f = T$2(u, l, g, f, m), s = 0; s < m; s++) null != (p = u.__k[s]) && (h = -1 != p.__i && g[p.__i] || d$2, p.__i = s, _ = q$1(n, p, h, i, r, o, e, f, c, a), v = p.__e, p.ref && h.ref != p.ref && (h.ref && J(h.ref, null, p), a.push(p.ref, p.__c || v, p)), null == y && null != v && (y = v), 4 & p.__u ? (f = j$2(p, f, n), h.__e && (h.__e = null)) : "function" == typeof p.type && void 0 !== _ ? f = _ : v && (f = v.nextSibling), p.__u &= -7);
	return u.__e = y, f;
}
function T$2(n, l, u, t, i) {
	var r, o, e, f, c, a = u.length, s = a, h = 0;
	for (n.__k = new Array(i), r = 0; r < i; r++) null != (o = l[r]) && "boolean" != typeof o && "function" != typeof o ? ("string" == typeof o || "number" == typeof o || "bigint" == typeof o || o.constructor == String ? o = n.__k[r] = x$2(null, o, null, null, null) : g$2(o) ? o = n.__k[r] = x$2(S$1, { children: o }, null, null, null) : void 0 === o.constructor && o.__b > 0 ? o = n.__k[r] = x$2(o.type, o.props, o.key, o.ref ? o.ref : null, o.__v) : n.__k[r] = o, f = r + h, o.__ = n, o.__b = n.__b + 1, e = null, -1 != (c = o.__i = O$1(o, u, f, s)) && (s--, (e = u[c]) && (e.__u |= 2)), null == e || null == e.__v ? (-1 == c && (i > a ? h-- : i < a && h++), "function" != typeof o.type && (o.__u |= 4)) : c != f && (c == f - 1 ? h-- : c == f + 1 ? h++ : (c > f ? h-- : h++, o.__u |= 4))) : n.__k[r] = null;
	if (s) for (r = 0; r < a; r++) null != (e = u[r]) && 0 == (2 & e.__u) && (e.__e == t && (t = $(e)), K(e, e));
	return t;
}
function j$2(n, l, u) {
	var t, i;
	if ("function" == typeof n.type) {
		for (t = n.__k, i = 0; t && i < t.length; i++) t[i] && (t[i].__ = n, l = j$2(t[i], l, u));
		return l;
	}
	n.__e != l && (l && n.type && !l.parentNode && (l = $(n)), l = u.insertBefore(n.__e, l || null));
	do
		l = l && l.nextSibling;
	while (null != l && 8 == l.nodeType);
	return l;
}
function O$1(n, l, u, t) {
	var i, r, o, e = n.key, f = n.type, c = l[u], a = null != c && 0 == (2 & c.__u);
	if (null === c && null == e || a && e == c.key && f == c.type) return u;
	if (t > (a ? 1 : 0)) {
		for (i = u - 1, r = u + 1; i >= 0 || r < l.length;) if (null != (c = l[o = i >= 0 ? i-- : r++]) && 0 == (2 & c.__u) && e == c.key && f == c.type) return o;
	}
	return -1;
}
function z$1(n, l, u) {
	"-" == l[0] ? n.setProperty(l, null == u ? "" : u) : n[l] = null == u ? "" : "number" != typeof u || _$2.test(l) ? u : u + "px";
}
function N(n, l, u, t, i) {
	var r, o;
	n: if ("style" == l) if ("string" == typeof u) n.style.cssText = u;
	else {
		if ("string" == typeof t && (n.style.cssText = t = ""), t) for (l in t) u && l in u || z$1(n.style, l, "");
		if (u) for (l in u) t && u[l] == t[l] || z$1(n.style, l, u[l]);
	}
	else if ("o" == l[0] && "n" == l[1]) r = l != (l = l.replace(s$2, "$1")), o = l.toLowerCase(), l = o in n || "onFocusOut" == l || "onFocusIn" == l ? o.slice(2) : l.slice(2), n.l || (n.l = {}), n.l[l + r] = u, u ? t ? u[a$2] = t[a$2] : (u[a$2] = h$3, n.addEventListener(l, r ? v$2 : p$3, r)) : n.removeEventListener(l, r ? v$2 : p$3, r);
	else {
		if ("http://www.w3.org/2000/svg" == i) l = l.replace(/xlink(H|:h)/, "h").replace(/sName$/, "s");
		else if ("width" != l && "height" != l && "href" != l && "list" != l && "form" != l && "tabIndex" != l && "download" != l && "rowSpan" != l && "colSpan" != l && "role" != l && "popover" != l && l in n) try {
			n[l] = null == u ? "" : u;
			break n;
		} catch (n) {}
		"function" == typeof u || (null == u || !1 === u && "-" != l[4] ? n.removeAttribute(l) : n.setAttribute(l, "popover" == l && 1 == u ? "" : u));
	}
}
function V(n) {
	return function(u) {
		if (this.l) {
			var t = this.l[u.type + n];
			if (null == u[c$2]) u[c$2] = h$3++;
			else if (u[c$2] < t[a$2]) return;
			return t(l$2.event ? l$2.event(u) : u);
		}
	};
}
function q$1(n, u, t, i, r, o, e, f, c, a) {
	var s, h, p, v, y, d, _, k, x, M, I, P, A, H, T, j, F = u.type;
	if (void 0 !== u.constructor) return null;
	128 & t.__u && (c = !!(32 & t.__u), o = [f = u.__e = t.__e]), (s = l$2.__b) && s(u);
	n: if ("function" == typeof F) {
		h = e.length;
		try {
			if (x = u.props, M = F.prototype && F.prototype.render, I = (s = F.contextType) && i[s.__c], P = s ? I ? I.props.value : s.__ : i, t.__c ? k = (p = u.__c = t.__c).__ = p.__E : (M ? u.__c = p = new F(x, P) : (u.__c = p = new C$1(x, P), p.constructor = F, p.render = Q), I && I.sub(p), p.state || (p.state = {}), p.__n = i, v = p.__d = !0, p.__h = [], p._sb = []), M && null == p.__s && (p.__s = p.state), M && null != F.getDerivedStateFromProps && (p.__s == p.state && (p.__s = m$3({}, p.__s)), m$3(p.__s, F.getDerivedStateFromProps(x, p.__s))), y = p.props, d = p.state, p.__v = u, v) M && null == F.getDerivedStateFromProps && null != p.componentWillMount && p.componentWillMount(), M && null != p.componentDidMount && p.__h.push(p.componentDidMount);
			else {
				if (M && null == F.getDerivedStateFromProps && x !== y && null != p.componentWillReceiveProps && p.componentWillReceiveProps(x, P), u.__v == t.__v || !p.__e && null != p.shouldComponentUpdate && !1 === p.shouldComponentUpdate(x, p.__s, P)) {
					u.__v != t.__v && (p.props = x, p.state = p.__s, p.__d = !1), u.__e = t.__e, u.__k = t.__k, u.__k.some(function(n) {
						n && (n.__ = u);
					}), w$3.push.apply(p.__h, p._sb), p._sb = [], p.__h.length && e.push(p), f = $(t);
					break n;
				}
				null != p.componentWillUpdate && p.componentWillUpdate(x, p.__s, P), M && null != p.componentDidUpdate && p.__h.push(function() {
					p.componentDidUpdate(y, d, _);
				});
			}
			if (p.context = P, p.props = x, p.__P = n, p.__e = !1, A = l$2.__r, H = 0, M) p.state = p.__s, p.__d = !1, A && A(u), s = p.render(p.props, p.state, p.context), w$3.push.apply(p.__h, p._sb), p._sb = [];
			else do
				p.__d = !1, A && A(u), s = p.render(p.props, p.state, p.context), p.state = p.__s;
			while (p.__d && ++H < 25);
			p.state = p.__s, null != p.getChildContext && (i = m$3(m$3({}, i), p.getChildContext())), M && !v && null != p.getSnapshotBeforeUpdate && (_ = p.getSnapshotBeforeUpdate(y, d)), T = null != s && s.type === S$1 && null == s.key ? E(s.props.children) : s, f = L(n, g$2(T) ? T : [T], u, t, i, r, o, e, f, c, a), p.base = u.__e, u.__u &= -161, p.__h.length && e.push(p), k && (p.__E = p.__ = null);
		} catch (n) {
			if (e.length = h, u.__v = null, c || null != o) {
				if (n.then) {
					for (u.__u |= c ? 160 : 128; f && 8 == f.nodeType && f.nextSibling;) f = f.nextSibling;
					null != o && (o[o.indexOf(f)] = null), u.__e = f;
				} else if (null != o) for (j = o.length; j--;) b$2(o[j]);
			} else u.__e = t.__e;
			u.__k ??= t.__k || [], n.then || B$1(u), l$2.__e(n, u, t);
		}
	} else null == o && u.__v == t.__v ? (u.__k = t.__k, u.__e = t.__e) : f = u.__e = G(t.__e, u, t, i, r, o, e, c, a);
	return (s = l$2.diffed) && s(u), 128 & u.__u ? void 0 : f;
}
function B$1(n) {
	n && (n.__c && (n.__c.__e = !0), n.__k && n.__k.some(B$1));
}
function D(n, u, t) {
	for (var i = 0; i < t.length; i++) J(t[i], t[++i], t[++i]);
	l$2.__c && l$2.__c(u, n), n.some(function(u) {
		try {
			n = u.__h, u.__h = [], n.some(function(n) {
				n.call(u);
			});
		} catch (n) {
			l$2.__e(n, u.__v);
		}
	});
}
function E(n) {
	return "object" != typeof n || null == n || n.__b > 0 ? n : g$2(n) ? n.map(E) : void 0 !== n.constructor ? null : m$3({}, n);
}
function G(u, t, i, r, o, e, f, c, a) {
	var s, h, p, v, y, w, _, m = i.props || d$2, k = t.props, x = t.type;
	if ("svg" == x ? o = "http://www.w3.org/2000/svg" : "math" == x ? o = "http://www.w3.org/1998/Math/MathML" : o || (o = "http://www.w3.org/1999/xhtml"), null != e) {
		for (s = 0; s < e.length; s++) if ((y = e[s]) && "setAttribute" in y == !!x && (x ? y.localName == x : 3 == y.nodeType)) {
			u = y, e[s] = null;
			break;
		}
	}
	if (null == u) {
		if (null == x) return document.createTextNode(k);
		u = document.createElementNS(o, x, k.is && k), c && (l$2.__m && l$2.__m(t, e), c = !1), e = null;
	}
	if (null == x) m === k || c && u.data == k || (u.data = k);
	else {
		if (e = "textarea" == x && null != k.defaultValue ? null : e && n$1.call(u.childNodes), !c && null != e) for (m = {}, s = 0; s < u.attributes.length; s++) m[(y = u.attributes[s]).name] = y.value;
		for (s in m) y = m[s], "dangerouslySetInnerHTML" == s ? p = y : "children" == s || s in k || "value" == s && "defaultValue" in k || "checked" == s && "defaultChecked" in k || N(u, s, null, y, o);
		for (s in k) y = k[s], "children" == s ? v = y : "dangerouslySetInnerHTML" == s ? h = y : "value" == s ? w = y : "checked" == s ? _ = y : c && "function" != typeof y || m[s] === y || N(u, s, y, m[s], o);
		if (h) c || p && (h.__html == p.__html || h.__html == u.innerHTML) || (u.innerHTML = h.__html), t.__k = [];
		else if (p && (u.innerHTML = ""), L("template" == t.type ? u.content : u, g$2(v) ? v : [v], t, i, r, "foreignObject" == x ? "http://www.w3.org/1999/xhtml" : o, e, f, e ? e[0] : i.__k && $(i, 0), c, a), null != e) for (s = e.length; s--;) b$2(e[s]);
		c && "textarea" != x || (s = "value", "progress" == x && null == w ? u.removeAttribute("value") : null != w && (w !== u[s] || "progress" == x && !w || "option" == x && w != m[s]) && N(u, s, w, m[s], o), s = "checked", null != _ && _ != u[s] && N(u, s, _, m[s], o));
	}
	return u;
}
function J(n, u, t) {
	try {
		if ("function" == typeof n) {
			var i = "function" == typeof n.__u;
			i && n.__u(), i && null == u || (n.__u = n(u));
		} else n.current = u;
	} catch (n) {
		l$2.__e(n, t);
	}
}
function K(n, u, t) {
	var i, r;
	if (l$2.unmount && l$2.unmount(n), (i = n.ref) && (i.current && i.current != n.__e || J(i, null, u)), null != (i = n.__c)) {
		if (i.componentWillUnmount) try {
			i.componentWillUnmount();
		} catch (n) {
			l$2.__e(n, u);
		}
		i.base = i.__P = i.__n = null;
	}
	if (i = n.__k) for (r = 0; r < i.length; r++) i[r] && K(i[r], u, t || "function" != typeof n.type);
	t || b$2(n.__e), n.__c = n.__ = n.__e = void 0;
}
function Q(n, l, u) {
	return this.constructor(n, u);
}
function R(u, t, i) {
	var r, o, e, f;
	t == document && (t = document.documentElement), l$2.__ && l$2.__(u, t), o = (r = "function" == typeof i) ? null : i && i.__k || t.__k, e = [], f = [], q$1(t, u = (!r && i || t).__k = k$2(S$1, null, [u]), o || d$2, d$2, t.namespaceURI, !r && i ? [i] : o ? null : t.firstChild ? n$1.call(t.childNodes) : null, e, !r && i ? i : o ? o.__e : t.firstChild, r, f), D(e, u, f), u.props.children = null;
}
n$1 = w$3.slice, l$2 = { __e: function(n, l, u, t) {
	for (var i, r, o; l = l.__;) if ((i = l.__c) && !i.__) try {
		if ((r = i.constructor) && null != r.getDerivedStateFromError && (i.setState(r.getDerivedStateFromError(n)), o = i.__d), null != i.componentDidCatch && (i.componentDidCatch(n, t || {}), o = i.__d), o) return i.__E = i;
	} catch (l) {
		n = l;
	}
	throw n;
} }, u$3 = 0, t$2 = function(n) {
	return null != n && void 0 === n.constructor;
}, C$1.prototype.setState = function(n, l) {
	var u = null != this.__s && this.__s != this.state ? this.__s : this.__s = m$3({}, this.state);
	"function" == typeof n && (n = n(m$3({}, u), this.props)), n && m$3(u, n), null != n && this.__v && (l && this._sb.push(l), A$2(this));
}, C$1.prototype.forceUpdate = function(n) {
	this.__v && (this.__e = !0, n && this.__h.push(n), A$2(this));
}, C$1.prototype.render = S$1, i$3 = [], o$2 = "function" == typeof Promise ? Promise.prototype.then.bind(Promise.resolve()) : setTimeout, e$2 = function(n, l) {
	return n.__v.__b - l.__v.__b;
}, H.__r = 0, f$3 = Math.random().toString(8), c$2 = "__d" + f$3, a$2 = "__a" + f$3, s$2 = /(PointerCapture)$|Capture$/i, h$3 = 0, p$3 = V(!1), v$2 = V(!0);
// node_modules/preact/hooks/dist/hooks.module.js
var t$1;
var r$1;
var u$2;
var i$2;
var o$1 = 0;
var f$2 = [];
var c$1 = l$2;
var e$1 = c$1.__b;
var a$1 = c$1.__r;
var v$1 = c$1.diffed;
var l$1 = c$1.__c;
var m$2 = c$1.unmount;
var p$2 = c$1.__;
function s$1(n, t) {
	c$1.__h && c$1.__h(r$1, n, o$1 || t), o$1 = 0;
	var u = r$1.__H || (r$1.__H = {
		__: [],
		__h: []
	});
	return n >= u.__.length && u.__.push({}), u.__[n];
}
function h$2(n, u) {
	var i = s$1(t$1++, 3);
	!c$1.__s && C(i.__H, u) && (i.__ = n, i.u = u, r$1.__H.__h.push(i));
}
function A$1(n) {
	return o$1 = 5, T$1(function() {
		return { current: n };
	}, []);
}
function T$1(n, r) {
	var u = s$1(t$1++, 7);
	return C(u.__H, r) && (u.__ = n(), u.__H = r, u.__h = n), u.__;
}
function j$1() {
	for (var n; n = f$2.shift();) {
		var t = n.__H;
		if (n.__P && t) try {
			t.__h.some(z), t.__h.some(B), t.__h = [];
		} catch (r) {
			t.__h = [], c$1.__e(r, n.__v);
		}
	}
}
c$1.__b = function(n) {
	r$1 = null, e$1 && e$1(n);
}, c$1.__ = function(n, t) {
	n && t.__k && t.__k.__m && (n.__m = t.__k.__m), p$2 && p$2(n, t);
}, c$1.__r = function(n) {
	a$1 && a$1(n), t$1 = 0;
	var i = (r$1 = n.__c).__H;
	i && (u$2 === r$1 ? (i.__h = [], r$1.__h = [], i.__.some(function(n) {
		n.__N && (n.__ = n.__N), n.u = n.__N = void 0;
	})) : (i.__h.some(z), i.__h.some(B), i.__h = [], t$1 = 0)), u$2 = r$1;
}, c$1.diffed = function(n) {
	v$1 && v$1(n);
	var t = n.__c;
	t && t.__H && (t.__H.__h.length && (1 !== f$2.push(t) && i$2 === c$1.requestAnimationFrame || ((i$2 = c$1.requestAnimationFrame) || w$2)(j$1)), t.__H.__.some(function(n) {
		n.u && (n.__H = n.u, n.u = void 0);
	})), u$2 = r$1 = null;
}, c$1.__c = function(n, t) {
	t.some(function(n) {
		try {
			n.__h.some(z), n.__h = n.__h.filter(function(n) {
				return !n.__ || B(n);
			});
		} catch (r) {
			t.some(function(n) {
				n.__h && (n.__h = []);
			}), t = [], c$1.__e(r, n.__v);
		}
	}), l$1 && l$1(n, t);
}, c$1.unmount = function(n) {
	m$2 && m$2(n);
	var t, r = n.__c;
	r && r.__H && (r.__H.__.some(function(n) {
		try {
			z(n);
		} catch (n) {
			t = n;
		}
	}), r.__H = void 0, t && c$1.__e(t, r.__v));
};
var k$1 = "function" == typeof requestAnimationFrame;
function w$2(n) {
	var t, r = function() {
		clearTimeout(u), k$1 && cancelAnimationFrame(t), setTimeout(n);
	}, u = setTimeout(r, 35);
	k$1 && (t = requestAnimationFrame(r));
}
function z(n) {
	var t = r$1, u = n.__c;
	"function" == typeof u && (n.__c = void 0, u()), r$1 = t;
}
function B(n) {
	var t = r$1;
	n.__c = n.__(), r$1 = t;
}
function C(n, t) {
	return !n || n.length !== t.length || t.some(function(t, r) {
		return t !== n[r];
	});
}
// node_modules/@preact/signals-core/dist/signals-core.module.js
var i$1 = Symbol.for("preact-signals");
function t() {
	if (!(v > 1)) {
		var i, t = !1;
		(function() {
			var i = c;
			c = void 0;
			while (void 0 !== i) {
				var t = i.S;
				if (t.v === i.v) {
					for (var r = t.t; void 0 !== r; r = r.x) if (r.i === i.i) r.i = t.i;
				}
				i = i.o;
			}
		})();
		while (void 0 !== h$1) {
			var r = h$1;
			h$1 = void 0;
			s++;
			while (void 0 !== r) {
				var n = r.u;
				r.u = void 0;
				r.f &= -3;
				if (!(8 & r.f) && w$1(r)) try {
					r.c();
				} catch (r) {
					if (!t) {
						i = r;
						t = !0;
					}
				}
				r = n;
			}
		}
		s = 0;
		v--;
		if (t) throw i;
	} else v--;
}
function r(i) {
	if (v > 0) return i();
	u$1 = ++e;
	v++;
	try {
		return i();
	} finally {
		t();
	}
}
var n;
var o = void 0;
function f$1(i) {
	var t = o, r = n;
	o = void 0;
	n = void 0;
	try {
		return i();
	} finally {
		o = t;
		n = r;
	}
}
var h$1 = void 0;
var v = 0;
var s = 0;
var e = 0;
var u$1 = 0;
var c = void 0;
var a = 0;
function d$1(i) {
	if (void 0 !== o) {
		var t = i.n;
		if (void 0 === t || t.t !== o) {
			t = {
				i: 0,
				S: i,
				p: o.s,
				n: void 0,
				t: o,
				e: void 0,
				x: void 0,
				r: t
			};
			if (void 0 !== o.s) o.s.n = t;
			o.s = t;
			i.n = t;
			if (32 & o.f) i.S(t);
			return t;
		} else if (-1 === t.i) {
			t.i = 0;
			if (void 0 !== t.n) {
				t.n.p = t.p;
				if (void 0 !== t.p) t.p.n = t.n;
				t.p = o.s;
				t.n = void 0;
				o.s.n = t;
				o.s = t;
			}
			return t;
		}
	}
}
function l(i, t) {
	this.v = i;
	this.i = 0;
	this.n = void 0;
	this.t = void 0;
	this.l = 0;
	this.W = null == t ? void 0 : t.watched;
	this.Z = null == t ? void 0 : t.unwatched;
	this.name = null == t ? void 0 : t.name;
}
l.prototype.brand = i$1;
l.prototype.h = function() {
	return !0;
};
l.prototype.S = function(i) {
	var t = this, r = this.t;
	if (r !== i && void 0 === i.e) {
		i.x = r;
		this.t = i;
		if (void 0 !== r) r.e = i;
		else f$1(function() {
			var i;
			null == (i = t.W) || i.call(t);
		});
	}
};
l.prototype.U = function(i) {
	var t = this;
	if (void 0 !== this.t) {
		var r = i.e, n = i.x;
		if (void 0 !== r) {
			r.x = n;
			i.e = void 0;
		}
		if (void 0 !== n) {
			n.e = r;
			i.x = void 0;
		}
		if (i === this.t) {
			this.t = n;
			if (void 0 === n) f$1(function() {
				var i;
				null == (i = t.Z) || i.call(t);
			});
		}
	}
};
l.prototype.subscribe = function(i) {
	var t = this;
	return x$1(function() {
		var r = t.value;
		f$1(function() {
			return i(r);
		});
	}, { name: "sub" });
};
l.prototype.valueOf = function() {
	return this.value;
};
l.prototype.toString = function() {
	return this.value + "";
};
l.prototype.toJSON = function() {
	return this.value;
};
l.prototype.peek = function() {
	var i = this;
	return f$1(function() {
		return i.value;
	});
};
Object.defineProperty(l.prototype, "value", {
	get: function() {
		var i = d$1(this);
		if (void 0 !== i) i.i = this.i;
		return this.v;
	},
	set: function(i) {
		if (i !== this.v) {
			if (s > 100) throw new Error("Cycle detected");
			(function(i) {
				if (0 !== v && 0 === s) {
					if (i.l !== u$1) {
						i.l = u$1;
						c = {
							S: i,
							v: i.v,
							i: i.i,
							o: c
						};
					}
				}
			})(this);
			this.v = i;
			this.i++;
			a++;
			v++;
			try {
				for (var r = this.t; void 0 !== r; r = r.x) r.t.N();
			} finally {
				t();
			}
		}
	}
});
function y$1(i, t) {
	return new l(i, t);
}
function w$1(i) {
	for (var t = i.s; void 0 !== t; t = t.n) if (t.S.i !== t.i || !t.S.h() || t.S.i !== t.i) return !0;
	return !1;
}
function b$1(i) {
	for (var t = i.s; void 0 !== t; t = t.n) {
		var r = t.S.n;
		if (void 0 !== r) t.r = r;
		t.S.n = t;
		t.i = -1;
		if (void 0 === t.n) {
			i.s = t;
			break;
		}
	}
}
function _$1(i) {
	var t = i.s, r = void 0;
	while (void 0 !== t) {
		var n = t.p;
		if (-1 === t.i) {
			t.S.U(t);
			if (void 0 !== n) n.n = t.n;
			if (void 0 !== t.n) t.n.p = n;
		} else r = t;
		t.S.n = t.r;
		if (void 0 !== t.r) t.r = void 0;
		t = n;
	}
	i.s = r;
}
function j(i, t) {
	l.call(this, void 0, t);
	this.x = i;
	this.s = void 0;
	this.g = a - 1;
	this.f = 4;
}
j.prototype = new l();
j.prototype.h = function() {
	this.f &= -3;
	if (1 & this.f) return !1;
	if (32 == (36 & this.f)) return !0;
	this.f &= -5;
	if (this.g === a) return !0;
	this.g = a;
	this.f |= 1;
	if (this.i > 0 && !w$1(this)) {
		this.f &= -2;
		return !0;
	}
	var i = o;
	try {
		b$1(this);
		o = this;
		var t = this.x();
		if (16 & this.f || this.v !== t || 0 === this.i) {
			this.v = t;
			this.f &= -17;
			this.i++;
		}
	} catch (i) {
		this.v = i;
		this.f |= 16;
		this.i++;
	}
	o = i;
	_$1(this);
	this.f &= -2;
	return !0;
};
j.prototype.S = function(i) {
	if (void 0 === this.t) {
		this.f |= 36;
		for (var t = this.s; void 0 !== t; t = t.n) t.S.S(t);
	}
	l.prototype.S.call(this, i);
};
j.prototype.U = function(i) {
	if (void 0 !== this.t) {
		l.prototype.U.call(this, i);
		if (void 0 === this.t) {
			this.f &= -33;
			for (var t = this.s; void 0 !== t; t = t.n) t.S.U(t);
		}
	}
};
j.prototype.N = function() {
	if (!(2 & this.f)) {
		this.f |= 6;
		for (var i = this.t; void 0 !== i; i = i.x) i.t.N();
	}
};
Object.defineProperty(j.prototype, "value", { get: function() {
	if (1 & this.f) throw new Error("Cycle detected");
	var i = d$1(this);
	this.h();
	if (void 0 !== i) i.i = this.i;
	if (16 & this.f) throw this.v;
	return this.v;
} });
function O(i, t) {
	return new j(i, t);
}
function p$1(i) {
	var r = i.j;
	i.j = void 0;
	if ("function" == typeof r) {
		v++;
		var n = o;
		o = void 0;
		try {
			r();
		} catch (t) {
			i.f &= -2;
			i.f |= 8;
			g$1(i);
			throw t;
		} finally {
			o = n;
			t();
		}
	}
}
function g$1(i) {
	for (var t = i.s; void 0 !== t; t = t.n) t.S.U(t);
	i.x = void 0;
	i.s = void 0;
	p$1(i);
}
function S(i) {
	if (o !== this) throw new Error("Out-of-order effect");
	_$1(this);
	o = i;
	this.f &= -2;
	try {
		if (8 & this.f) g$1(this);
	} finally {
		t();
	}
}
function m$1(i, t) {
	this.x = i;
	this.j = void 0;
	this.s = void 0;
	this.u = void 0;
	this.f = 32;
	this.name = null == t ? void 0 : t.name;
	if (n) n.push(this);
}
m$1.prototype.c = function() {
	var i = this.S();
	try {
		if (8 & this.f) return;
		if (void 0 === this.x) return;
		var t = this.x();
		if ("function" == typeof t) this.j = t;
	} finally {
		i();
	}
};
m$1.prototype.S = function() {
	if (1 & this.f) throw new Error("Cycle detected");
	this.f |= 1;
	this.f &= -9;
	p$1(this);
	b$1(this);
	v++;
	var i = o;
	o = this;
	return S.bind(this, i);
};
m$1.prototype.N = function() {
	if (!(2 & this.f)) {
		this.f |= 2;
		this.u = h$1;
		h$1 = this;
	}
};
m$1.prototype.d = function() {
	this.f |= 8;
	if (!(1 & this.f)) g$1(this);
};
m$1.prototype.dispose = function() {
	this.d();
};
function x$1(i, t) {
	var r = new m$1(i, t);
	try {
		r.c();
	} catch (i) {
		r.d();
		throw i;
	}
	var n = r.d.bind(r);
	n[Symbol.dispose] = n;
	return n;
}
// node_modules/@preact/signals/dist/signals.module.js
var h;
var d;
var p;
var m = "undefined" != typeof window && !!window.__PREACT_SIGNALS_DEVTOOLS__;
var _ = [];
var g = [];
x$1(function() {
	h = this.N;
})();
function b(i, n) {
	l$2[i] = n.bind(null, l$2[i] || function() {});
}
function y(i) {
	if (p) {
		var n = p;
		p = void 0;
		n();
	}
	p = i && i.S();
}
function w(i) {
	var n = this, r = i.data, t = useSignal(r);
	t.name = "ReactiveDom";
	t.value = r;
	var e = T$1(function() {
		var i = n, r = n.__v;
		while (r = r.__) if (r.__c) {
			r.__c.__$f |= 4;
			break;
		}
		var o = O(function() {
			var i = t.value.value;
			return 0 === i ? 0 : !0 === i ? "" : i || "";
		}), e = O(function() {
			return !Array.isArray(o.value) && !t$2(o.value);
		}), u = x$1(function() {
			this.N = M;
			if (e.value) {
				var n = o.value;
				if (i.__v && i.__v.__e && 3 === i.__v.__e.nodeType) i.__v.__e.data = n;
			}
		}), c = n.__$u.d;
		n.__$u.d = function() {
			u();
			c.call(this);
		};
		return [e, o];
	}, []), u = e[0], c = e[1];
	return u.value ? c.peek() : c.value;
}
w.displayName = "ReactiveTextNode";
Object.defineProperties(l.prototype, {
	constructor: {
		configurable: !0,
		value: k$2(S$1, null).constructor
	},
	type: {
		configurable: !0,
		value: w
	},
	props: {
		configurable: !0,
		get: function() {
			var i = this;
			return { data: { get value() {
				return i.value;
			} } };
		}
	},
	__b: {
		configurable: !0,
		value: 1
	}
});
b("__b", function(i, n) {
	y();
	d = void 0;
	if ("string" == typeof n.type) {
		var r, t = n.props;
		for (var f in t) if ("children" !== f) {
			var o = t[f];
			if (o instanceof l) {
				if (!r) n.__np = r = {};
				r[f] = o;
				t[f] = o.peek();
			}
		}
	}
	i(n);
});
b("__r", function(i, r) {
	i(r);
	if (r.type !== S$1) {
		y();
		var t, f = r.__c;
		if (f) {
			f.__$f &= -2;
			if (void 0 === (t = f.__$u)) f.__$u = t = function(i, n) {
				var r;
				x$1(function() {
					r = this;
				}, { name: n });
				r.c = i;
				return r;
			}(function(i) {
				return function() {
					var n;
					if (m) null == (n = this.y) || n.call(this);
					i.__$f |= 1;
					i.setState({});
				};
			}(f), "function" == typeof r.type ? r.type.displayName || r.type.name : "");
		}
		d = f;
		y(t);
	}
});
b("__e", function(i, n, r, t) {
	y();
	d = void 0;
	i(n, r, t);
});
b("diffed", function(i, n) {
	y();
	d = void 0;
	var r;
	if ("string" == typeof n.type && (r = n.__e)) {
		var t = n.__np, f = n.props, o = r.U;
		if (o) for (var e in o) {
			var u = o[e];
			if (!(void 0 === u || t && e in t)) {
				u.d();
				o[e] = void 0;
			}
		}
		if (t) {
			if (!o) {
				o = {};
				r.U = o;
			}
			for (var a in t) {
				var c = o[a], v = t[a];
				if (void 0 === c) {
					c = k(r, a, v, f);
					o[a] = c;
				} else c.o(v, f);
			}
		}
	}
	i(n);
});
function k(i, n, r, t) {
	var f = n in i && void 0 === i.ownerSVGElement, o = y$1(r);
	return {
		o: function(i, n) {
			o.value = i;
			t = n;
		},
		d: x$1(function() {
			this.N = M;
			var r = o.value.value;
			if (t[n] !== r) {
				t[n] = r;
				if (f) i[n] = r;
				else if (null != r && (!1 !== r || "-" === n[4])) i.setAttribute(n, r);
				else i.removeAttribute(n);
			}
		})
	};
}
b("unmount", function(i, n) {
	if ("string" == typeof n.type) {
		var r = n.__e;
		if (r) {
			var t = r.U;
			if (t) {
				r.U = void 0;
				for (var f in t) {
					var o = t[f];
					if (o) o.d();
				}
			}
		}
		var e = n.__np;
		if (e) {
			var u = n.props;
			for (var a in e) u[a] = e[a];
		}
		n.__np = void 0;
	} else {
		var c = n.__c;
		if (c) {
			c.__$f |= 8;
			var v = c.__$u;
			if (v) {
				c.__$u = void 0;
				v.d();
			}
		}
	}
	i(n);
});
b("__h", function(i, n, r, t) {
	if (t < 3) n.__$f |= 2;
	i(n, r, t);
});
C$1.prototype.shouldComponentUpdate = function(i, n) {
	if (this.__R) return !0;
	var r = this.__$u, t = r && void 0 !== r.s;
	for (var f in n) return !0;
	if (this.__f || "boolean" == typeof this.u && !0 === this.u) {
		var o = 2 & this.__$f;
		if (!(t || o || 4 & this.__$f)) return !0;
		if (1 & this.__$f) return !0;
	} else {
		if (!(t || 4 & this.__$f)) return !0;
		if (3 & this.__$f) return !0;
	}
	for (var e in i) if ("__source" !== e && i[e] !== this.props[e]) return !0;
	for (var u in this.props) if (!(u in i)) return !0;
	return !1;
};
function useSignal(i, n) {
	return T$1(function() {
		return y$1(i, n);
	}, []);
}
var q = "undefined" == typeof requestAnimationFrame ? setTimeout : function(i) {
	var n = function() {
		clearTimeout(r);
		cancelAnimationFrame(t);
		i();
	}, r = setTimeout(n, 35), t = requestAnimationFrame(n);
};
var A = function(i) {
	queueMicrotask(function() {
		queueMicrotask(i);
	});
};
function T() {
	r(function() {
		var i;
		while (i = _.shift()) h.call(i);
	});
}
function x() {
	if (1 === _.push(this)) (l$2.requestAnimationFrame || q)(T);
}
function F() {
	r(function() {
		var i;
		while (i = g.shift()) h.call(i);
	});
}
function M() {
	if (1 === g.push(this)) (l$2.requestAnimationFrame || A)(F);
}
function useSignalEffect(i, n) {
	var r = A$1(i);
	r.current = i;
	var t = d;
	h$2(function() {
		return x$1(function() {
			this.N = x;
			if (!(t && 8 & t.__$f)) return r.current();
		}, n);
	}, []);
}
// src/api/client.ts
/** A refusal, in the server's own words. */
var Refused = class extends Error {
	status;
	kind;
	constructor(status, kind, message) {
		super(message);
		this.status = status;
		this.kind = kind;
	}
};
function address(path, query = {}) {
	const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== void 0 && value !== "");
	const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
	return `/api${path}${text ? `?${text}` : ""}`;
}
function get(path, query = {}, signal) {
	return answer(address(path, query), signal ? { signal } : {});
}
function post(path, body = {}, signal) {
	return answer(address(path), {
		...sent("POST", body),
		...signal ? { signal } : {}
	});
}
function put(path, body) {
	return answer(address(path), sent("PUT", body));
}
/** A picture's samples; `url` must ask for `format=raw`. */
async function rawPicture(url, signal) {
	const response = await fetch(url, {
		cache: "no-store",
		...signal ? { signal } : {}
	});
	if (!response.ok) throw await refusal(response);
	const [width = 0, height = 0, channels = 0] = (response.headers.get("X-Reelmend-Size") ?? "").split(" ").map(Number);
	const samples = new Uint8Array(await response.arrayBuffer());
	if (samples.length !== width * height * channels || channels !== 1 && channels !== 3) throw new Refused(500, "Unexpected", `A picture of ${width} x ${height} x ${channels} came with ${samples.length} bytes.`);
	return {
		width,
		height,
		channels,
		samples
	};
}
/** A picture that the browser decodes (JPEG, PNG). The caller closes it. */
async function bitmap(url, signal) {
	const response = await fetch(url, signal ? { signal } : {});
	if (!response.ok) throw await refusal(response);
	return createImageBitmap(await response.blob(), { colorSpaceConversion: "none" });
}
function isAbort(error) {
	return error instanceof DOMException && error.name === "AbortError";
}
function sent(method, body) {
	return {
		method,
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify(body)
	};
}
async function answer(url, init) {
	const response = await fetch(url, init);
	if (!response.ok) throw await refusal(response);
	return response.status === 204 ? void 0 : await response.json();
}
async function refusal(response) {
	try {
		const { error } = await response.json();
		return new Refused(response.status, error.kind, error.message);
	} catch {
		return new Refused(response.status, "Unexpected", `The server answered ${response.status} ${response.statusText}.`);
	}
}
// src/state/app.ts
/** What the whole page knows: the session, the clip, the frame in view, messages. */
var session = y$1(null);
var clipId = y$1("");
var frame = y$1(0);
var connected = y$1(true);
var ended = y$1("");
var clip = O(() => session.value?.clips.find((one) => one.id === clipId.value) ?? null);
var panel = y$1("defects");
var helpOpen = y$1(false);
var messages = y$1([]);
var lastMessage = 0;
function say(text, grave = false) {
	const id = ++lastMessage;
	messages.value = [...messages.value.filter((one) => one.text !== text).slice(-2), {
		id,
		text,
		grave
	}];
	window.setTimeout(() => dismiss(id), grave ? 12e3 : 3500);
}
function dismiss(id) {
	messages.value = messages.value.filter((one) => one.id !== id);
}
/** Tells a failure in the server's own words; what was only given up is none. */
function complain(error) {
	if (isAbort(error)) return;
	if (error instanceof Refused || error instanceof Error) say(error.message, true);
	else say(String(error), true);
}
/** The nearest frame of the clip to `number`, gaps stepped over in `direction`. */
function existing(number, direction = 1) {
	const one = clip.value;
	if (!one) return number;
	let wanted = Math.min(Math.max(Math.round(number), one.first), one.last);
	for (const [first, last] of one.gaps) if (wanted >= first && wanted <= last) wanted = direction < 0 ? first - 1 : last + 1;
	return Math.min(Math.max(wanted, one.first), one.last);
}
function goTo(number, direction = 1) {
	frame.value = existing(number, direction);
}
function replaceClip(changed) {
	if (!session.value) return;
	const clips = session.value.clips.map((one) => one.id === changed.id ? changed : one);
	session.value = {
		...session.value,
		clips
	};
}
function clipPath(rest = "") {
	return `/clips/${clipId.value}${rest}`;
}
// src/state/kept.ts
/** Things kept up to a budget of bytes; what was used longest ago goes first. */
var Kept = class {
	budget;
	release;
	held = /* @__PURE__ */ new Map();
	sum = 0;
	constructor(budget, release = () => {}) {
		this.budget = budget;
		this.release = release;
	}
	get bytes() {
		return this.sum;
	}
	get size() {
		return this.held.size;
	}
	has(key) {
		return this.held.has(key);
	}
	get(key) {
		const found = this.held.get(key);
		if (!found) return void 0;
		this.held.delete(key);
		this.held.set(key, found);
		return found.thing;
	}
	put(key, thing, bytes) {
		this.drop(key);
		this.held.set(key, {
			thing,
			bytes
		});
		this.sum += bytes;
		for (const oldest of this.held.keys()) {
			if (this.sum <= this.budget || oldest === key) break;
			this.drop(oldest);
		}
	}
	drop(key) {
		const found = this.held.get(key);
		if (!found) return;
		this.held.delete(key);
		this.sum -= found.bytes;
		this.release(found.thing);
	}
	dropWhere(unwanted) {
		for (const key of [...this.held.keys()]) if (unwanted(key)) this.drop(key);
	}
};
// src/state/look.ts
/** How the picture is looked at; nothing here touches a decision. */
var compare = y$1("wipe");
/** Where the wipe stands, as a fraction of the viewer's width. */
var wipe = y$1(.5);
var chosenView = y$1("");
var view = O(() => chosenView.value || clip.value?.view || "codes");
/** Stops, applied by the server before the view. */
var exposure = y$1(0);
/** Applied here, to display codes. */
var gain = y$1(1);
var gamma = y$1(1);
var matteShown = y$1(false);
var truthShown = y$1(false);
var outlinesShown = y$1(true);
var overlayStrength = y$1(.6);
/** Offset of the aligned neighbour that is flipped to; 0 for the frame itself. */
var flip = y$1(0);
function resetLook() {
	exposure.value = 0;
	gain.value = 1;
	gamma.value = 1;
	chosenView.value = "";
}
var beforeWipe = "wipe";
/** Chooses a way to compare; choosing it again goes back to the one before. */
function toggleCompare(mode) {
	if (compare.value === mode) {
		compare.value = beforeWipe === mode ? "wipe" : beforeWipe;
		return;
	}
	beforeWipe = compare.value;
	compare.value = mode;
}
/** One key to look at a repair: before, after, before ... */
function flipBeforeAfter() {
	compare.value = compare.value === "before" ? "after" : "before";
}
function stepFlip(offset) {
	flip.value = flip.value === offset ? 0 : offset;
}
// src/state/transport.ts
/** Playing: direction, speed, in and out, loops. Frames come from small proxies that are read ahead. */
var AHEAD = 24;
var AT_ONCE = 6;
var PROXY_BUDGET = 536870912;
var SPEEDS = [
	1,
	2,
	4,
	8
];
var DEFECT_LOOP = 6;
/** Multiple of the clip's rate; negative is backwards, 0 stands. */
var speed = y$1(0);
var playing = O(() => speed.value !== 0);
var shownRate = y$1(0);
var loop = y$1(true);
var inPoint = y$1(null);
var outPoint = y$1(null);
var proxySize = y$1(960);
/** What is to be shown while playing. */
var proxyInView = y$1(null);
var kept = new Kept(PROXY_BUDGET, (pair) => {
	if (pair === proxyInView.peek()) return;
	pair.before.close();
	pair.after?.close();
});
var coming$1 = /* @__PURE__ */ new Set();
var range = O(() => {
	const one = clip.value;
	return [inPoint.value ?? one?.first ?? 0, outPoint.value ?? one?.last ?? 0];
});
function togglePlay() {
	speed.value = playing.value ? 0 : 1;
}
/** J and L: the first press plays, each further one doubles the speed; the other direction begins anew. */
function shuttle(direction) {
	const now = speed.value;
	if (Math.sign(now) !== direction) speed.value = direction;
	else speed.value = direction * (SPEEDS[SPEEDS.indexOf(Math.abs(now)) + 1] ?? 8);
}
function stop() {
	speed.value = 0;
}
function step(count) {
	stop();
	goTo(frame.value + count, Math.sign(count));
}
function markIn() {
	inPoint.value = frame.value;
	if (outPoint.value !== null && outPoint.value < frame.value) outPoint.value = null;
}
function markOut() {
	outPoint.value = frame.value;
	if (inPoint.value !== null && inPoint.value > frame.value) inPoint.value = null;
}
function clearMarks() {
	inPoint.value = null;
	outPoint.value = null;
}
/** Plays a few frames around the frame in view, again and again; once more stops it. */
function loopAround() {
	const one = clip.value;
	if (!one) return;
	if (playing.value && inPoint.value !== null) {
		stop();
		goTo(Math.round((range.value[0] + range.value[1]) / 2));
		clearMarks();
		return;
	}
	inPoint.value = Math.max(one.first, frame.value - DEFECT_LOOP);
	outPoint.value = Math.min(one.last, frame.value + DEFECT_LOOP);
	loop.value = true;
	speed.value = 1;
}
function proxyKey(number) {
	return `${clipPath()}|${number}|${view.value}|${exposure.value}|${proxySize.value}`;
}
/** Forgets the proxies of a frame, or of all. */
function forgetProxies(number) {
	kept.dropWhere((key) => number === void 0 || key.split("|")[1] === String(number));
}
async function fetchProxy(number) {
	const key = proxyKey(number);
	if (kept.has(key) || coming$1.has(key)) return;
	coming$1.add(key);
	const url = (kind) => address(clipPath(`/frames/${number}/proxy/${kind}`), {
		view: view.value,
		exposure: exposure.value || void 0,
		size: proxySize.value
	});
	try {
		const [before, after] = await Promise.all([bitmap(url("before")), compare.peek() === "before" ? null : bitmap(url("after")).catch(() => null)]);
		const bytes = 4 * before.width * before.height * (after ? 2 : 1);
		kept.put(key, {
			frame: number,
			before,
			after
		}, bytes);
	} catch {
		failed.add(key);
	} finally {
		coming$1.delete(key);
	}
}
var failed = /* @__PURE__ */ new Set();
/** The frame after `number` when playing; null at an end that is not looped. */
function following(number, by) {
	const [first, last] = range.value;
	const next = existing(number + by, Math.sign(by));
	if (next > last || next < first || next === number) return loop.value && first < last ? by > 0 ? first : last : null;
	return next;
}
function readAhead(number, by) {
	let next = number;
	for (let count = 0; count < AHEAD && next !== null && coming$1.size < AT_ONCE; count++) {
		fetchProxy(next);
		next = following(next, by);
	}
}
/** Shows one frame after the other while `speed` is not 0. Returns what ends it. */
function runTransport() {
	return x$1(() => {
		const pace = speed.value;
		const one = clip.value;
		if (!one || pace === 0) {
			proxyInView.value = null;
			return;
		}
		return playAt(pace, one.rate);
	});
}
function playAt(pace, rate) {
	const by = Math.sign(pace);
	const interval = 1e3 / (rate * Math.abs(pace));
	const [first, last] = range.peek();
	let due = performance.now();
	let shown = 0;
	let since = due;
	let request = requestAnimationFrame(tick);
	failed.clear();
	announce({
		from: first,
		to: last,
		direction: by
	});
	function tick(now) {
		request = requestAnimationFrame(tick);
		readAhead(frame.peek(), by);
		if (now < due) return;
		const next = proxyInView.peek() ? following(frame.peek(), by) : frame.peek();
		if (next === null) {
			speed.value = 0;
			return;
		}
		const pair = kept.get(proxyKey(next));
		if (!pair && !failed.has(proxyKey(next))) return;
		due = Math.max(due + interval, now - interval);
		if (pair) proxyInView.value = pair;
		frame.value = next;
		shown += 1;
		if (now - since > 500) {
			shownRate.value = 1e3 * shown / (now - since);
			shown = 0;
			since = now;
		}
	}
	return () => {
		cancelAnimationFrame(request);
		shownRate.value = 0;
		announce({ stop: true });
	};
}
async function announce(plan) {
	const body = plan.stop ? plan : {
		...plan,
		view: view.peek(),
		size: proxySize.peek(),
		kinds: ["before", "after"]
	};
	await post(clipPath("/play"), body).catch(() => void 0);
}
var KEPT_PAGES = 40;
var REFRESH = 250;
var NO_FILTER = {
	state: "",
	class: "",
	decision: "",
	fill: "",
	areaMin: "",
	confidenceMax: "",
	here: false,
	sort: "frame",
	order: "asc"
};
var filter = y$1(NO_FILTER);
var total = y$1(0);
var counts = y$1(null);
/** Pages by their number, each of `PAGE` rows. */
var pages = y$1(/* @__PURE__ */ new Map());
var selected = y$1(/* @__PURE__ */ new Set());
var cursor = y$1(-1);
var focused = y$1(null);
/** Asks the viewer to bring a box into view; a new array each time. */
var lookAt = y$1(null);
var asked = /* @__PURE__ */ new Set();
var generation = 0;
var anchor = -1;
var filtered = O(() => {
	const { sort: _sort, order: _order, ...limits } = filter.value;
	return Object.values(limits).some(Boolean);
});
function query() {
	const f = filter.value;
	const here = f.here ? frame.value : void 0;
	return {
		state: f.state,
		class: f.class,
		decision: f.decision,
		fill: f.fill,
		area_min: f.areaMin,
		confidence_max: f.confidenceMax,
		first: here,
		last: here,
		sort: f.sort,
		order: f.order
	};
}
function rowAt(index) {
	return pages.value.get(Math.floor(index / 100))?.[index % 100] ?? null;
}
/** Asks for the rows from `first` to `last` as far as they are not there. */
function need(first, last) {
	for (let page = Math.floor(first / 100); page <= Math.floor(last / 100); page++) if (page >= 0 && !pages.peek().has(page) && !asked.has(page)) load(page);
}
async function load(page) {
	const mine = generation;
	asked.add(page);
	try {
		const got = await get(clipPath("/defects"), {
			...query(),
			offset: page * 100,
			limit: 100
		});
		if (mine === generation) take(page, got);
	} catch (error) {
		if (!isAbort(error)) complain(error);
	} finally {
		if (mine === generation) asked.delete(page);
	}
}
function take(page, got) {
	const next = new Map(pages.peek());
	next.delete(page);
	next.set(page, got.rows);
	for (const oldest of next.keys()) {
		if (next.size <= KEPT_PAGES) break;
		next.delete(oldest);
	}
	r(() => {
		pages.value = next;
		total.value = got.total;
		counts.value = got.counts;
		follow();
	});
}
/** Finds the focused defect again after rows came anew. */
function follow() {
	const id = focused.peek()?.id;
	if (!id) return;
	for (const [page, rows] of pages.peek()) {
		const place = rows.findIndex((row) => row.id === id);
		if (place >= 0) {
			cursor.value = page * 100 + place;
			focused.value = rows[place] ?? null;
			return;
		}
	}
}
/** What has been asked for and is not there yet will not be taken. */
function outdate() {
	generation += 1;
	asked.clear();
}
/** Another list: nothing of the old one holds. */
function restart() {
	outdate();
	r(() => {
		pages.value = /* @__PURE__ */ new Map();
		cursor.value = -1;
		anchor = -1;
	});
	load(0);
}
var timer$1 = 0;
/** The same list with news in it: what is there stays in sight until the new rows come. */
function refreshList() {
	window.clearTimeout(timer$1);
	timer$1 = window.setTimeout(() => {
		outdate();
		const there = [...pages.peek().keys()].slice(-3);
		pages.value = new Map([...pages.peek()].filter(([page]) => there.includes(page)));
		for (const page of there.length ? there : [0]) load(page);
	}, REFRESH);
}
function followFilter() {
	const end = x$1(() => {
		filter.value;
		filter.value.here && frame.value;
		if (clip.value?.id) restart();
	});
	return () => {
		window.clearTimeout(timer$1);
		end();
	};
}
/** Changes rows in place. Rows that are on their way left the server before the change: they may not come over it. */
function patchRows(change) {
	outdate();
	r(() => {
		pages.value = new Map([...pages.peek()].map(([page, rows]) => [page, rows.map(change)]));
		if (focused.peek()) focused.value = change(focused.peek());
	});
}
/** Puts the cursor on a defect and goes to its frame. */
function focus(row, index, bringIntoView = true) {
	stop();
	r(() => {
		focused.value = row;
		cursor.value = index;
		goTo(row.frame);
		if (bringIntoView) lookAt.value = [...row.box];
	});
}
function choose(index, how) {
	const row = rowAt(index);
	if (!row) return;
	const next = new Set(how === "only" ? [] : selected.peek());
	if (how === "range" && anchor >= 0) for (let at = Math.min(anchor, index); at <= Math.max(anchor, index); at++) {
		const one = rowAt(at);
		if (one) next.add(one.id);
	}
	else if (how === "toggle") {
		if (!next.delete(row.id)) next.add(row.id);
		anchor = index;
	} else anchor = index;
	selected.value = next;
	focus(row, index);
}
function moveCursor(by, extend = false) {
	const index = Math.min(Math.max(cursor.value + by, 0), total.value - 1);
	if (rowAt(index)) choose(index, extend ? "range" : "only");
	else need(index, index);
}
function select(ids, add = false) {
	selected.value = /* @__PURE__ */ new Set([...add ? selected.peek() : [], ...ids]);
}
async function selectAll() {
	const got = await get(clipPath("/defects/ids"), query()).catch(complain);
	if (got) select(got.ids);
}
function clearSelection() {
	selected.value = /* @__PURE__ */ new Set();
}
/** What a decision is about: the selection, else the defect under the cursor. */
var chosen = O(() => {
	if (selected.value.size) return [...selected.value];
	return focused.value ? [focused.value.id] : [];
});
/** Puts the cursor on a defect wherever it stands in the list. */
async function focusById(id, bringIntoView = true) {
	try {
		const got = await get(clipPath("/defects"), {
			...query(),
			around: id,
			limit: 100
		});
		const place = got.rows.findIndex((row) => row.id === id);
		const row = got.rows[place];
		if (!row) {
			focus(await get(clipPath(`/defects/${id}`)), -1, bringIntoView);
			return;
		}
		const index = got.offset + place;
		need(index - 10, index + 10);
		focus(row, index, bringIntoView);
	} catch (error) {
		complain(error);
	}
}
// src/state/pictures.ts
/** Pictures of frames, kept so that stepping back and forth asks for nothing twice. */
var BUDGET = 671088640;
/** Kinds whose pictures go through the view; the others are mattes and measures. */
var PLATES = /* @__PURE__ */ new Set([
	"before",
	"after",
	"neighbour",
	"fill",
	"grain",
	"composite"
]);
/** Kinds that no setting and no decision changes. */
var FIXED = /* @__PURE__ */ new Set([
	"before",
	"infrared",
	"truth"
]);
var pictures = new Kept(BUDGET);
function keyOf(wanted) {
	return `${wanted.version}|${pictureUrl(wanted)}`;
}
function pictureUrl({ frame, kind, scale, query = {} }) {
	const look = PLATES.has(kind) ? {
		view: view.value,
		exposure: exposure.value || void 0
	} : {};
	return address(clipPath(`/frames/${frame}/picture/${kind}`), {
		...look,
		...query,
		scale,
		format: "raw"
	});
}
/** The key's version for pictures that never change, and for those that do. */
function wanted(frame, kind, version, scale, query = {}) {
	return {
		frame,
		kind,
		version: FIXED.has(kind) ? clipId.value : version,
		scale,
		query
	};
}
/** One request on its way, and how many wait for it; when nobody does any more it is given up. */
var Request = class {
	what;
	abort = new AbortController();
	waiting = 0;
	answer;
	constructor(key, what) {
		this.what = what;
		this.answer = rawPicture(pictureUrl(what), this.abort.signal).finally(() => {
			if (coming.get(key) === this) coming.delete(key);
		});
		this.answer.then((picture) => pictures.put(key, picture, picture.samples.length), () => void 0);
	}
	join(signal) {
		this.waiting += 1;
		signal.addEventListener("abort", () => {
			this.waiting -= 1;
			setTimeout(() => this.waiting === 0 && this.abort.abort());
		});
		return this.answer;
	}
};
var coming = /* @__PURE__ */ new Map();
/** The picture, from what is kept or from the server; all who ask at once share one answer. */
function fetchPicture(what, signal) {
	const key = keyOf(what);
	const kept = pictures.get(key);
	if (kept) return Promise.resolve(kept);
	let request = coming.get(key);
	if (!request) coming.set(key, request = new Request(key, what));
	return request.join(signal);
}
/** Waits for the source of a frame where it is on its way: the server is to do nothing else before that. */
async function sourceArrived(number) {
	const sources = [...coming.values()].filter(({ what }) => what.frame === number && what.kind === "before");
	await Promise.allSettled(sources.map(({ answer }) => answer));
}
// src/state/facts.ts
/** What is known of the frames: regions, flags, and the version that their pictures go by. */
var KEPT_FRAMES = 400;
var SETTLE$3 = 150;
var facts = y$1(/* @__PURE__ */ new Map());
var looking = y$1(false);
var factsInView = O(() => facts.value.get(frame.value) ?? null);
var regionsInView = O(() => factsInView.value?.regions ?? []);
/** The version of a frame's pictures; "" until the server has told it. */
function versionOf(number) {
	return facts.value.get(number)?.version ?? "";
}
function keep(one) {
	const next = new Map(facts.value);
	next.delete(one.frame);
	next.set(one.frame, one);
	for (const oldest of next.keys()) {
		if (next.size <= KEPT_FRAMES) break;
		next.delete(oldest);
	}
	facts.value = next;
}
/** What is known at once, without anything being computed. */
async function glance(number, signal) {
	keep(await get(clipPath(`/frames/${number}`), { wait: 0 }, signal));
}
/** Marks frames ("1003,1005-1007", null for all) as changed: what is shown stays until the news is there. */
function forgetFrames(spans) {
	const gone = spans === null ? () => true : spanTest(spans);
	if (underWay && gone(underWay.number)) giveUp();
	facts.value = new Map([...facts.value].map(([number, one]) => [number, gone(number) ? {
		...one,
		known: false
	} : one]));
}
function spanTest(spans) {
	const pairs = spans.split(",").filter(Boolean).map((part) => {
		const [first, last] = part.split("-");
		return [Number(first), Number(last ?? first)];
	});
	return (number) => pairs.some(([first, last]) => number >= first && number <= last);
}
/** Takes over rows that the server sent with an answer to a decision. */
function patchRegions(change) {
	const one = factsInView.peek();
	if (one) keep(change(one));
}
var underWay = null;
function giveUp() {
	underWay?.abort.abort();
	underWay = null;
	looking.value = false;
}
/** Keeps the facts of the frame in view up to date, at first what is known, then what has to be computed. */
function followFrame() {
	return x$1(() => {
		const number = frame.value;
		const known = facts.value.get(number)?.known ?? false;
		const idle = !clip.value || playing.value || known;
		if (underWay?.number === number && !idle) return;
		giveUp();
		if (!idle) ask(underWay = {
			number,
			abort: new AbortController()
		});
	});
}
async function ask(mine) {
	const { number, abort } = mine;
	try {
		if (!facts.peek().has(number)) await glance(number, abort.signal);
		if (facts.peek().get(number)?.known) return;
		await new Promise((done) => setTimeout(done, SETTLE$3));
		await sourceArrived(number);
		if (abort.signal.aborted) return;
		looking.value = true;
		keep(await get(clipPath(`/frames/${number}`), {}, abort.signal));
	} catch (error) {
		if (!isAbort(error)) complain(error);
	} finally {
		if (underWay === mine) {
			underWay = null;
			looking.value = false;
		}
	}
}
// src/state/timeline.ts
/** The stretch of the clip that the timeline shows, and what is known of it, in bins. */
var SETTLE$2 = 120;
/** First and last frame shown; may lie between frames while zooming. */
var span = y$1([0, 1]);
var bins = y$1(null);
/** Width of the timeline in bins that can be told apart. */
var room = y$1(1e3);
var stale = y$1(0);
function wholeClip() {
	const one = clip.value;
	if (one) span.value = [one.first, Math.max(one.last, one.first + 1)];
}
/** Zooms by `factor` about `centre`, within the clip, to ten frames at the closest. */
function zoomSpan(factor, centre) {
	const one = clip.value;
	if (!one) return;
	const [first, last] = span.value;
	const wide = Math.min(Math.max((last - first) * factor, Math.min(10, one.last - one.first)), one.last - one.first);
	moveSpan(centre - (centre - first) / (last - first || 1) * wide, wide);
}
function panSpan(by) {
	const [first, last] = span.value;
	moveSpan(first + by, last - first);
}
function moveSpan(first, wide) {
	const one = clip.value;
	if (!one) return;
	const from = Math.min(Math.max(first, one.first), one.last - wide);
	span.value = [from, from + wide];
}
/** Brings the frame in view into the stretch that is shown. */
function reveal(number) {
	const [first, last] = span.value;
	if (number < first || number > last) moveSpan(number - (last - first) / 2, last - first);
}
/** Something of the clip is known anew: the bins are asked for again, not more than once in a while. */
function refreshTimeline() {
	stale.value += 1;
}
function followTimeline() {
	let timer = 0;
	let abort = new AbortController();
	const end = x$1(() => {
		const one = clip.value;
		const [first, last] = span.value;
		stale.value;
		const query = {
			first: Math.floor(first),
			last: Math.ceil(last),
			bins: Math.min(room.value, session.value?.limits.timeline_bins ?? 1e3)
		};
		if (!one) return;
		const path = `/clips/${one.id}/timeline`;
		window.clearTimeout(timer);
		timer = window.setTimeout(() => {
			abort.abort();
			abort = new AbortController();
			get(path, query, abort.signal).then((got) => bins.value = got, complain);
		}, bins.peek() ? SETTLE$2 : 0);
	});
	return () => {
		window.clearTimeout(timer);
		abort.abort();
		end();
	};
}
var NOTHING = {
	worth: "Nothing more worth a look in this direction.",
	cut: "No further shot cut in this direction."
};
/** Goes to the next thing of a kind, and says why it was stopped at. */
async function jump(direction, what = "worth") {
	stop();
	try {
		const found = await get(clipPath("/next"), {
			from: frame.value,
			direction,
			what
		});
		if (found.frame === null) {
			say(NOTHING[what] ?? `No further ${what} in this direction.`);
			return;
		}
		const number = found.frame;
		r(() => {
			goTo(existing(number), direction);
			reveal(number);
		});
		if (found.why) say(`Frame ${number}: ${found.why}`);
		if (found.defect) await focusById(found.defect, false);
	} catch (error) {
		complain(error);
	}
}
// src/state/decisions.ts
/** What is decided. The server keeps it, with every step of undo, on the disk before it answers. */
var decisions = y$1({
	revision: 0,
	can_undo: false,
	can_redo: false,
	undo: "",
	redo: ""
});
var saving = y$1(0);
/** Whether a decision moves the cursor on to the next defect. */
var advance = y$1(true);
/** The repaired part of a box that was just detected, shown before the whole frame is made anew. */
var patch = y$1(null);
async function loadDecisions() {
	try {
		decisions.value = await get(clipPath("/decisions"), { frame: frame.peek() });
	} catch (error) {
		complain(error);
	}
}
/** Decisions go out one after the other, in the order they were taken; whoever awaits the line knows how the last one went. */
var line = Promise.resolve();
function send(path, body) {
	saving.value += 1;
	const sent = line.then(() => post(clipPath(path), body));
	line = sent.catch(() => void 0);
	return sent.then((answer) => {
		settle(answer);
		return answer;
	}).catch((error) => {
		complain(error);
		refreshList();
		forgetFrames(String(frame.peek()));
		return null;
	}).finally(() => saving.value -= 1);
}
function settle(answer) {
	const { revision, can_undo, can_redo, undo, redo } = answer;
	r(() => {
		if (revision >= decisions.peek().revision) decisions.value = {
			revision,
			can_undo,
			can_redo,
			undo,
			redo
		};
		const ruling = rulings(answer.put);
		const gone = new Set(answer.removed);
		patchRows((row) => ruled(row, ruling, gone));
		patchRegions((facts) => ({
			...facts,
			regions: facts.regions.map((row) => ruled(row, ruling, gone))
		}));
		if (answer.frames) forgetFrames(answer.frames);
	});
	refreshList();
	refreshTimeline();
}
function rulings(put) {
	const about = put.filter((one) => one.defect);
	return new Map(about.map((one) => [one.defect ?? "", {
		id: one.id,
		verdict: one.verdict,
		fill: one.fill ?? ""
	}]));
}
function ruled(row, ruling, gone) {
	const put = ruling.get(row.id);
	if (put) return {
		...row,
		decision: put
	};
	return row.decision && gone.has(row.decision.id) ? {
		...row,
		decision: null
	} : row;
}
/** Decides on the selection, or on the defect under the cursor; then goes on to the next. */
async function decide(verdict, fill = "") {
	const defects = chosen.value;
	if (!defects.length) {
		say("Choose a defect first: click one, or press the down arrow.");
		return;
	}
	const about = new Set(defects);
	const ruling = verdict === "none" ? null : {
		id: "",
		verdict,
		fill
	};
	patchRows((row) => about.has(row.id) ? {
		...row,
		decision: ruling
	} : row);
	if (selected.value.size > 1) clearSelection();
	else if (advance.value && verdict !== "none" && cursor.value >= 0) moveCursor(1);
	await send("/decisions", {
		action: "decide",
		verdict,
		defects,
		...fill ? { fill } : {}
	});
}
/** A verdict on a place that need not be a defect; without a shape on whole frames. */
async function decideRegion(verdict, shape, scope = "frame") {
	await send("/decisions", {
		action: "region",
		verdict,
		frame: frame.peek(),
		scope,
		...shape ? { shape } : {}
	});
}
/** Protects the selected defects' places for the whole shot, else the whole frame for it. */
async function protectShot() {
	const boxes = chosen.value.map(placeOf);
	if (!boxes.length) {
		await decideRegion("protect", null, "shot");
		return;
	}
	for (const { number, box } of boxes) await send("/decisions", {
		action: "region",
		verdict: "protect",
		frame: number,
		scope: "shot",
		shape: { box }
	});
}
/** A defect's id names its frame and box. */
function placeOf(id) {
	const [number = 0, ...box] = id.split(".").map(Number);
	return {
		number,
		box
	};
}
async function paint(shape, erase) {
	await send("/decisions", {
		action: erase ? "erase" : "paint",
		frame: frame.peek(),
		shape
	});
}
/** Detects in a box at a higher sensitivity; what is found is added and repaired. */
async function detectIn(box, sensitivity) {
	const number = frame.peek();
	const body = {
		box,
		...sensitivity === void 0 ? {} : { sensitivity }
	};
	const answer = await send(`/frames/${number}/detect`, body);
	if (!answer) return;
	if (!answer.found.length) {
		emptyBox.value = {
			frame: number,
			box
		};
		return;
	}
	patch.value = answer.patch ? {
		frame: number,
		...answer.patch
	} : null;
	say(`${answer.found.length === 1 ? "One mark" : `${answer.found.length} marks`} found and repaired in ${answer.seconds.toFixed(2)} s.`);
}
/** A box in which nothing was found: the page offers to take all of it for damage. */
var emptyBox = y$1(null);
async function addEmptyBox() {
	const one = emptyBox.value;
	emptyBox.value = null;
	if (one) await send("/decisions", {
		action: "region",
		verdict: "add",
		frame: one.frame,
		shape: { box: one.box }
	});
}
async function undo() {
	await line;
	if (!decisions.value.can_undo) return say("Nothing to undo.");
	const what = decisions.value.undo;
	if (await send("/undo", {})) say(`Undone: ${what}`);
}
async function redo() {
	await line;
	if (!decisions.value.can_redo) return say("Nothing to redo.");
	const what = decisions.value.redo;
	if (await send("/redo", {})) say(`Done again: ${what}`);
}
// src/keys/map.ts
var KEYMAP = [
	{
		title: "Decide",
		commands: [
			{
				id: "accept",
				keys: ["a"],
				says: "Accept: this is damage"
			},
			{
				id: "veto",
				keys: ["v"],
				says: "Veto: this is picture, leave it"
			},
			{
				id: "protect",
				keys: ["p"],
				says: "Protect on this frame"
			},
			{
				id: "protect-shot",
				keys: ["Shift+p"],
				says: "Protect for the whole shot"
			},
			{
				id: "fill-1",
				keys: ["1"],
				says: "Fill from the previous frame"
			},
			{
				id: "fill-2",
				keys: ["2"],
				says: "Fill from the next frame"
			},
			{
				id: "fill-3",
				keys: ["3"],
				says: "Fill from the frame itself"
			},
			{
				id: "fill-4",
				keys: ["4"],
				says: "Put the original back"
			},
			{
				id: "fill-5",
				keys: ["5"],
				says: "Have the diffusion net paint it"
			},
			{
				id: "clear",
				keys: ["u", "Delete"],
				says: "Take the decision back"
			},
			{
				id: "undo",
				keys: ["Ctrl+z"],
				says: "Undo"
			},
			{
				id: "redo",
				keys: ["Ctrl+Shift+z", "Ctrl+y"],
				says: "Redo"
			}
		]
	},
	{
		title: "Find",
		commands: [
			{
				id: "defect-next",
				keys: ["ArrowDown"],
				says: "Next defect in the list"
			},
			{
				id: "defect-previous",
				keys: ["ArrowUp"],
				says: "Previous defect in the list"
			},
			{
				id: "defect-extend",
				keys: ["Shift+ArrowDown"],
				says: "Extend the selection"
			},
			{
				id: "defect-extend-up",
				keys: ["Shift+ArrowUp"],
				says: "Extend it upwards"
			},
			{
				id: "worth-next",
				keys: ["n"],
				says: "Next thing worth a look"
			},
			{
				id: "worth-previous",
				keys: ["Shift+n"],
				says: "The one before"
			},
			{
				id: "cut-next",
				keys: ["PageDown"],
				says: "Next shot"
			},
			{
				id: "cut-previous",
				keys: ["PageUp"],
				says: "Previous shot"
			},
			{
				id: "select-all",
				keys: ["Ctrl+a"],
				says: "Select all in the list"
			},
			{
				id: "escape",
				keys: ["Escape"],
				says: "Clear the selection, put the tool away"
			}
		]
	},
	{
		title: "Play",
		commands: [
			{
				id: "play",
				keys: [" "],
				says: "Play, stop"
			},
			{
				id: "shuttle-back",
				keys: ["j"],
				says: "Back, each press faster"
			},
			{
				id: "shuttle-stop",
				keys: ["k"],
				says: "Stop"
			},
			{
				id: "shuttle-on",
				keys: ["l"],
				says: "Forward, each press faster"
			},
			{
				id: "step-on",
				keys: ["ArrowRight"],
				says: "One frame on"
			},
			{
				id: "step-back",
				keys: ["ArrowLeft"],
				says: "One frame back"
			},
			{
				id: "leap-on",
				keys: ["Shift+ArrowRight"],
				says: "Ten frames on"
			},
			{
				id: "leap-back",
				keys: ["Shift+ArrowLeft"],
				says: "Ten frames back"
			},
			{
				id: "first",
				keys: ["Home"],
				says: "First frame, or in"
			},
			{
				id: "last",
				keys: ["End"],
				says: "Last frame, or out"
			},
			{
				id: "in",
				keys: ["i"],
				says: "In here"
			},
			{
				id: "out",
				keys: ["o"],
				says: "Out here"
			},
			{
				id: "marks-clear",
				keys: ["Alt+x"],
				says: "Clear in and out"
			},
			{
				id: "loop",
				keys: ["q"],
				says: "Loop around this frame"
			}
		]
	},
	{
		title: "Tools",
		commands: [
			{
				id: "hand",
				keys: ["h"],
				says: "Hand: pan, click a defect"
			},
			{
				id: "lasso",
				keys: ["g"],
				says: "Lasso: select"
			},
			{
				id: "sweep",
				keys: ["Shift+g"],
				says: "Brush: select"
			},
			{
				id: "paint",
				keys: ["c"],
				says: "Paint what was missed"
			},
			{
				id: "erase",
				keys: ["e"],
				says: "Erase from the matte"
			},
			{
				id: "box",
				keys: ["x"],
				says: "Box: detect in it, and repair"
			},
			{
				id: "brush-less",
				keys: ["["],
				says: "Smaller brush"
			},
			{
				id: "brush-more",
				keys: ["]"],
				says: "Larger brush"
			}
		]
	},
	{
		title: "Look",
		commands: [
			{
				id: "wipe",
				keys: ["w"],
				says: "Wipe"
			},
			{
				id: "side",
				keys: ["s"],
				says: "Side by side"
			},
			{
				id: "flip",
				keys: ["b"],
				says: "Flip before and after"
			},
			{
				id: "difference",
				keys: ["d"],
				says: "Difference"
			},
			{
				id: "matte",
				keys: ["m"],
				says: "Matte over the picture"
			},
			{
				id: "outlines",
				keys: ["Shift+o"],
				says: "Outlines of defects"
			},
			{
				id: "truth",
				keys: ["t"],
				says: "Against the truth matte"
			},
			{
				id: "infrared",
				keys: ["r"],
				says: "Infrared"
			},
			{
				id: "neighbour-back",
				keys: [","],
				says: "Flip to the frame before, aligned"
			},
			{
				id: "neighbour-on",
				keys: ["."],
				says: "Flip to the frame after, aligned"
			},
			{
				id: "fit",
				keys: ["f"],
				says: "Fit the frame"
			},
			{
				id: "one",
				keys: ["z"],
				says: "1:1, or fit again"
			},
			{
				id: "defect-zoom",
				keys: ["Enter"],
				says: "Zoom in on the defect"
			},
			{
				id: "zoom-in",
				keys: ["+", "="],
				says: "Zoom in, to 800 %"
			},
			{
				id: "zoom-out",
				keys: ["-"],
				says: "Zoom out"
			},
			{
				id: "look-reset",
				keys: ["Shift+r"],
				says: "Reset exposure, gain, gamma and view"
			}
		]
	},
	{
		title: "Panels",
		commands: [
			{
				id: "panel-defects",
				keys: ["F1"],
				says: "Defects"
			},
			{
				id: "panel-walk",
				keys: ["F2"],
				says: "Pipeline"
			},
			{
				id: "panel-settings",
				keys: ["F3"],
				says: "Settings"
			},
			{
				id: "panel-work",
				keys: ["F4"],
				says: "Work"
			},
			{
				id: "help",
				keys: ["?"],
				says: "This map"
			}
		]
	}
];
var NAMES = {
	" ": "Space",
	ArrowUp: "↑",
	ArrowDown: "↓",
	ArrowLeft: "←",
	ArrowRight: "→",
	PageUp: "Page ↑",
	PageDown: "Page ↓",
	Escape: "Esc",
	Delete: "Del"
};
/** How a key is written for people: "Shift P", "Ctrl Z". */
function keyName(key) {
	return (key === "+" ? ["+"] : key.split("+").filter(Boolean)).map((part) => NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join(" ");
}
function hintOf(id) {
	const found = KEYMAP.flatMap((group) => group.commands).find((command) => command.id === id);
	return found?.keys[0] ? keyName(found.keys[0]) : "";
}
/** The id of the command that a key event asks for; "" where there is none. */
function commandOf(event) {
	return BY_KEY.get(written(event)) ?? "";
}
function written({ key, ctrlKey, metaKey, altKey, shiftKey }) {
	const letter = key.length === 1 ? key.toLowerCase() : key;
	const shift = shiftKey && (key.length > 1 || letter !== letter.toUpperCase());
	return `${ctrlKey || metaKey ? "Ctrl+" : ""}${altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${letter}`;
}
var BY_KEY = new Map(KEYMAP.flatMap((group) => group.commands.flatMap((command) => command.keys.map((key) => [key, command.id]))));
// node_modules/preact/jsx-runtime/dist/jsxRuntime.module.js
var f = 0;
Array.isArray;
function u(e, t, n, o, i, u) {
	t || (t = {});
	var a, c, p = t;
	if ("ref" in p) for (c in p = {}, t) "ref" == c ? a = t[c] : p[c] = t[c];
	var l = {
		type: e,
		props: p,
		key: n,
		ref: a,
		__k: null,
		__: null,
		__b: 0,
		__e: null,
		__c: null,
		constructor: void 0,
		__v: --f,
		__i: -1,
		__u: 0,
		__source: i,
		__self: u
	};
	if ("function" == typeof e && (a = e.defaultProps)) for (c in a) void 0 === p[c] && (p[c] = a[c]);
	return l$2.vnode && l$2.vnode(l), l;
}
// src/ui/Icon.tsx
/** Line icons on a 20 x 20 grid, in the colour of the text. */
var PATHS = {
	play: "M6 4l10 6-10 6z",
	back: "M14 4L4 10l10 6z",
	pause: "M6 4v12M13 4v12",
	next: "M5 4l8 6-8 6zM15 4v12",
	previous: "M15 4l-8 6 8 6zM5 4v12",
	first: "M16 4l-6 6 6 6M10 4l-6 6 6 6",
	last: "M4 4l6 6-6 6M10 4l6 6-6 6",
	loop: "M4 9a4 4 0 014-4h7l-2-2M16 11a4 4 0 01-4 4H5l2 2",
	hand: "M10 3v14M3 10h14M10 3L8 5M10 3l2 2M10 17l-2-2M10 17l2-2M3 10l2-2M3 10l2 2M17 10l-2-2M17 10l-2 2",
	lasso: "M10 4c4 0 7 2 7 4.500s-3 4.500-7 4.500-7-2-7-4.500S6 4 10 4zM6 12c-2 2 0 4 1 5",
	sweep: "M3 14c3-8 6 2 8-4s3-5 6-6M3 17h2M8 17h2M13 17h2",
	paint: "M16 3l1 1-8 9-2-2zM6 12c-2 0-3 2-4 5 3 0 6-1 6-3z",
	erase: "M8 16l-5-5 8-8 6 6-7 7zM6 8l6 6M8 16h9",
	box: "M4 4h12v12H4zM10 7v6M7 10h6",
	undo: "M8 4L4 8l4 4M4 8h8a4 4 0 010 8H9",
	redo: "M12 4l4 4-4 4M16 8H8a4 4 0 000 8h3",
	check: "M4 10l4 5 8-10",
	cross: "M5 5l10 10M15 5L5 15",
	shield: "M10 3l6 2v5c0 4-3 6-6 7-3-1-6-3-6-7V5z",
	help: "M7 7.500a3 3 0 113.500 3c-.5.2-.5.8-.5 1.500M10 15v.5",
	mark: "M10 3l2 5 5 .4-4 3.300 1.300 5.300L10 14l-4.300 3 1.300-5.300-4-3.300 5-.4z",
	cut: "M10 3v14M5 6l3 4-3 4M15 6l-3 4 3 4",
	fit: "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4"
};
function Icon({ name }) {
	return /* @__PURE__ */ u("svg", {
		class: "icon",
		viewBox: "0 0 20 20",
		"aria-hidden": "true",
		children: /* @__PURE__ */ u("path", { d: PATHS[name] })
	});
}
// src/ui/controls.tsx
function Action({ icon, label, command, pressed, disabled, run, children }) {
	const key = command ? hintOf(command) : "";
	return /* @__PURE__ */ u("button", {
		class: `action ${children ? "" : "square"}`,
		title: key ? `${label}  (${key})` : label,
		"aria-label": label,
		"aria-keyshortcuts": key || void 0,
		...pressed === void 0 ? {} : { "aria-pressed": pressed },
		disabled: disabled ?? false,
		onClick: (event) => {
			run();
			if (event.detail > 0) event.currentTarget.blur();
		},
		children: [icon && /* @__PURE__ */ u(Icon, { name: icon }), children]
	});
}
function Segments(props) {
	return /* @__PURE__ */ u("div", {
		class: "segments",
		role: "group",
		"aria-label": props.label,
		children: props.options.map(({ id, label, command }) => /* @__PURE__ */ u(Action, {
			label,
			pressed: props.value === id,
			run: () => props.pick(id),
			...command ? { command } : {},
			children: label
		}, id))
	});
}
/** A slider with its value; a double click sets it back. */
function Slider({ label, hint, value, low, high, step, neutral, text, set }) {
	return /* @__PURE__ */ u("label", {
		class: "slider",
		title: hint,
		children: [
			/* @__PURE__ */ u("span", { children: label }),
			/* @__PURE__ */ u("input", {
				type: "range",
				min: low,
				max: high,
				step,
				value,
				"aria-label": label,
				onInput: (event) => set(Number(event.currentTarget.value)),
				onDblClick: () => neutral !== void 0 && set(neutral)
			}),
			/* @__PURE__ */ u("output", { children: text ?? value })
		]
	});
}
function Select(props) {
	return /* @__PURE__ */ u("label", {
		class: "select",
		children: [props.shown && /* @__PURE__ */ u("span", { children: props.label }), /* @__PURE__ */ u("select", {
			"aria-label": props.label,
			value: props.value,
			onChange: (event) => props.pick(event.currentTarget.value),
			children: props.options.map(({ id, label }) => /* @__PURE__ */ u("option", {
				value: id,
				selected: id === props.value,
				children: label
			}, id))
		})]
	});
}
// src/state/work.ts
/** Renders, scans and exports: what they are doing, and the orders to them. */
var jobs = y$1([]);
var outputFolder = y$1("");
var formats = y$1(["same"]);
var RESTING = /* @__PURE__ */ new Set([
	"done",
	"failed",
	"cancelled"
]);
function isOver(job) {
	return RESTING.has(job.state);
}
var activeJob = O(() => jobs.value.find((job) => job.state === "running") ?? jobs.value.find((job) => !isOver(job)) ?? null);
async function loadWork() {
	try {
		const [work, known] = await Promise.all([get("/jobs"), get(clipPath("/formats"))]);
		outputFolder.value = work.output_folder;
		jobs.value = work.jobs;
		formats.value = known.formats;
	} catch (error) {
		complain(error);
	}
}
function takeJob(job) {
	const before = jobs.value.find((one) => one.id === job.id);
	jobs.value = before ? jobs.value.map((one) => one.id === job.id ? job : one) : [...jobs.value, job];
	if (before && !isOver(before) && isOver(job)) tellEnd(job);
}
function tellEnd(job) {
	if (job.state === "failed") say(`${job.label}: ${job.message}`, true);
	else say(`${job.label}: ${job.state}.`);
}
async function start(path, body) {
	try {
		takeJob(await post(clipPath(path), body));
	} catch (error) {
		complain(error);
	}
}
var render = (order) => start("/renders", order);
var scan = (frames, repair) => start("/scan", {
	frames,
	repair
});
var exportFiles = (order) => start("/exports", order);
async function order(job, what) {
	try {
		takeJob(await post(`/jobs/${job.id}/${what}`));
	} catch (error) {
		complain(error);
	}
}
// src/defects/Filters.tsx
/** What the list holds, and in which order. */
var SORTS = [
	{
		id: "frame",
		label: "by frame"
	},
	{
		id: "worth",
		label: "worth a look first"
	},
	{
		id: "area",
		label: "by size"
	},
	{
		id: "confidence",
		label: "by confidence"
	},
	{
		id: "class",
		label: "by class"
	},
	{
		id: "fill",
		label: "by fill"
	},
	{
		id: "state",
		label: "by state"
	}
];
/** Orders that begin with the largest. */
var DOWNWARDS = /* @__PURE__ */ new Set(["area", "worth"]);
var DECISIONS = [
	{
		id: "",
		label: "all"
	},
	{
		id: "none",
		label: "undecided"
	},
	{
		id: "any",
		label: "decided"
	},
	{
		id: "accept",
		label: "accepted"
	},
	{
		id: "veto",
		label: "vetoed"
	},
	{
		id: "protect",
		label: "protected"
	},
	{
		id: "fill",
		label: "fill chosen"
	},
	{
		id: "add",
		label: "added"
	}
];
var STATES = [
	{
		id: "",
		label: "any state"
	},
	{
		id: "repaired",
		label: "repaired"
	},
	{
		id: "left alone",
		label: "left alone"
	},
	{
		id: "marked",
		label: "marked only"
	}
];
function change(part) {
	filter.value = {
		...filter.value,
		...part
	};
}
function Filters() {
	const now = filter.value;
	const more = useSignal(false);
	const classes = [{
		id: "",
		label: "any class"
	}, ...(session.value?.classes ?? []).map((id) => ({
		id,
		label: id
	}))];
	return /* @__PURE__ */ u("div", {
		class: "filters",
		children: [
			/* @__PURE__ */ u("div", {
				class: "filter-line",
				children: [
					/* @__PURE__ */ u(Select, {
						label: "Decision",
						options: DECISIONS,
						value: now.decision,
						pick: (decision) => change({ decision })
					}),
					/* @__PURE__ */ u(Select, {
						label: "Class",
						options: classes,
						value: now.class,
						pick: (id) => change({ class: id })
					}),
					/* @__PURE__ */ u(Select, {
						label: "Order",
						options: SORTS,
						value: now.sort,
						pick: (sort) => change({
							sort,
							order: DOWNWARDS.has(sort) ? "desc" : "asc"
						})
					}),
					/* @__PURE__ */ u(Action, {
						label: now.order === "asc" ? "Turn the order round: now upwards" : "Turn the order round: now downwards",
						run: () => change({ order: now.order === "asc" ? "desc" : "asc" }),
						children: now.order === "asc" ? "↑" : "↓"
					})
				]
			}),
			/* @__PURE__ */ u("div", {
				class: "filter-line",
				children: [
					/* @__PURE__ */ u("label", {
						class: "tick",
						children: [/* @__PURE__ */ u("input", {
							type: "checkbox",
							checked: now.here,
							onChange: (event) => change({ here: event.currentTarget.checked })
						}), "this frame"]
					}),
					/* @__PURE__ */ u(Action, {
						label: "More filters",
						pressed: more.value,
						run: () => more.value = !more.value,
						children: "more"
					}),
					filtered.value && /* @__PURE__ */ u(Action, {
						label: "No filter",
						run: () => filter.value = {
							...NO_FILTER,
							sort: now.sort,
							order: now.order
						},
						children: "clear"
					}),
					/* @__PURE__ */ u("span", { class: "spring" }),
					/* @__PURE__ */ u("span", {
						class: "count",
						role: "status",
						children: [
							selected.value.size > 1 ? /* @__PURE__ */ u("b", { children: [selected.value.size.toLocaleString("en"), " selected"] }) : /* @__PURE__ */ u("b", { children: total.value.toLocaleString("en") }),
							selected.value.size > 1 ? "" : total.value === 1 ? " defect" : " defects",
							undecided()
						]
					}),
					/* @__PURE__ */ u(Action, {
						label: "Select all in the list",
						command: "select-all",
						run: () => void selectAll(),
						children: "all"
					})
				]
			}),
			more.value && /* @__PURE__ */ u("div", {
				class: "filter-line",
				children: [
					/* @__PURE__ */ u(Select, {
						label: "State",
						options: STATES,
						value: now.state,
						pick: (state) => change({ state })
					}),
					/* @__PURE__ */ u("label", {
						class: "number",
						children: [
							"at least ",
							/* @__PURE__ */ u("input", {
								type: "number",
								min: "0",
								value: now.areaMin,
								"aria-label": "At least this many pixels",
								onChange: (event) => change({ areaMin: event.currentTarget.value })
							}),
							" px"
						]
					}),
					/* @__PURE__ */ u("label", {
						class: "number",
						children: [
							"up to ",
							/* @__PURE__ */ u("input", {
								type: "number",
								min: "0",
								max: "100",
								step: "5",
								"aria-label": "Confidence up to, in percent",
								value: now.confidenceMax ? Math.round(Number(now.confidenceMax) * 100) : "",
								onChange: (event) => change({ confidenceMax: event.currentTarget.value ? String(Number(event.currentTarget.value) / 100) : "" })
							}),
							" % sure"
						]
					})
				]
			})
		]
	});
}
function undecided() {
	const open = counts.value?.decision.none;
	return open === void 0 || selected.value.size > 1 ? "" : `, ${open.toLocaleString("en")} open`;
}
/** Said in the list's place while there is nothing in it. */
function NothingYet() {
	const known = clip.value?.scan;
	if (filtered.value) return /* @__PURE__ */ u("p", {
		class: "empty",
		children: "No defect passes the filter."
	});
	if (known?.state === "complete") return /* @__PURE__ */ u("p", {
		class: "empty",
		children: "No damage was found in this clip."
	});
	if (known?.state === "running") return /* @__PURE__ */ u("p", {
		class: "empty",
		children: [
			"Looking for damage: frame ",
			known.done,
			" of ",
			known.of,
			"."
		]
	});
	return /* @__PURE__ */ u("div", {
		class: "empty",
		children: [/* @__PURE__ */ u("p", { children: "Frames become known as you look at them. To fill the list and the timeline, let the whole clip be walked." }), /* @__PURE__ */ u(Action, {
			label: "Find damage in the whole clip",
			run: () => void scan(null, false),
			children: "Find damage in the whole clip"
		})]
	});
}
/** Size of the canvas in device pixels, and device pixels to a CSS pixel. */
var canvasSize = y$1({
	width: 1,
	height: 1,
	ratio: 1
});
/** Device pixels to a plate pixel; null fits the plate into the viewer. */
var zoomSet = y$1(null);
/** The plate's point that lies in the middle of the pane. */
var centre = y$1(null);
var pane = O(() => {
	const { width, height } = canvasSize.value;
	return {
		width: compare.value === "side" ? Math.floor(width / 2) : width,
		height
	};
});
var fitting = O(() => {
	const one = clip.value;
	if (!one) return 1;
	const { width, height } = pane.value;
	return Math.min(width * .98 / one.width, height * .98 / one.height, 8);
});
var zoom = O(() => zoomSet.value ?? fitting.value);
var fitted = O(() => zoomSet.value === null);
var origin = O(() => {
	const one = clip.value;
	const { width, height } = pane.value;
	if (!one) return {
		x: 0,
		y: 0
	};
	const at = fitted.value || !centre.value ? {
		x: one.width / 2,
		y: one.height / 2
	} : centre.value;
	return {
		x: Math.round(width / 2 - at.x * zoom.value),
		y: Math.round(height / 2 - at.y * zoom.value)
	};
});
function fit() {
	r(() => {
		zoomSet.value = null;
		centre.value = null;
	});
}
function clamped(wanted) {
	return Math.min(Math.max(wanted, Math.min(fitting.value, 1) / 2), 8);
}
/** Sets the zoom and keeps what lies under `x`, `y` (device pixels) where it is. */
function zoomTo(wanted, x = pane.value.width / 2, y = pane.value.height / 2) {
	const inPane = x >= pane.value.width && compare.value === "side" ? x - pane.value.width : x;
	const held = {
		x: (inPane - origin.value.x) / zoom.value,
		y: (y - origin.value.y) / zoom.value
	};
	const next = clamped(wanted);
	r(() => {
		zoomSet.value = next;
		centre.value = {
			x: held.x + (pane.value.width / 2 - inPane) / next,
			y: held.y + (pane.value.height / 2 - y) / next
		};
	});
}
/** The next of 12.5, 25, 50, 100, 200, 400, 800 %. */
function zoomStep(direction) {
	const steps = [
		.0625,
		.125,
		.25,
		.5,
		1,
		2,
		4,
		8
	];
	const now = zoom.value;
	const next = direction > 0 ? steps.find((one) => one > now * 1.01) : steps.findLast((one) => one < now * .99);
	if (next) zoomTo(next);
}
function pan(dx, dy) {
	const one = clip.value;
	if (!one) return;
	const now = centre.value ?? {
		x: one.width / 2,
		y: one.height / 2
	};
	const limit = (value, size) => Math.min(Math.max(value, 0), size);
	r(() => {
		zoomSet.value = zoom.value;
		centre.value = {
			x: limit(now.x - dx / zoom.value, one.width),
			y: limit(now.y - dy / zoom.value, one.height)
		};
	});
}
/** Brings a box into the middle; while the whole plate is in view nothing moves. */
function bringIntoView(box) {
	if (fitted.value) return;
	centre.value = {
		x: (box[1] + box[3]) / 2,
		y: (box[0] + box[2]) / 2
	};
}
/** Zooms in on a box with room around it, and never further out than the whole plate needs. */
function zoomOnBox(box) {
	const side = Math.max(box[2] - box[0], box[3] - box[1], 24) * 4;
	const wanted = Math.max(Math.min(pane.value.width, pane.value.height) / side, fitting.value);
	r(() => {
		zoomSet.value = clamped(wanted >= 1 ? 2 ** Math.floor(Math.log2(wanted)) : wanted);
		centre.value = {
			x: (box[1] + box[3]) / 2,
			y: (box[0] + box[2]) / 2
		};
	});
}
/** The point of the plate under a point of the canvas (CSS pixels). */
function plateAt(x, y) {
	const ratio = canvasSize.value.ratio;
	const inPane = compare.value === "side" && x * ratio >= pane.value.width ? x * ratio - pane.value.width : x * ratio;
	return [(y * ratio - origin.value.y) / zoom.value, (inPane - origin.value.x) / zoom.value];
}
// src/defects/Row.tsx
/** One defect of the list: before and after, what it is, what was decided. */
var VERDICT = {
	accept: "accepted",
	veto: "vetoed",
	protect: "protected",
	add: "added",
	fill: "fill"
};
function thumbnail(row, side) {
	const version = `${versionOf(row.frame)}${row.decision?.verdict ?? ""}${row.decision?.fill ?? ""}${session.value?.version}`;
	return address(clipPath(`/defects/${row.id}/thumbnail/${side}`), {
		size: 96,
		view: view.value,
		v: version
	});
}
function Row({ row, index, chosen, focused, resting }) {
	const wanted = useSignal(false);
	if (resting) wanted.value = true;
	if (!row) return /* @__PURE__ */ u("div", {
		class: "row waiting",
		role: "option",
		"aria-selected": false,
		"aria-label": `Row ${index + 1}, loading`
	});
	const confidence = row.confidence === null ? "" : `${Math.round(row.confidence * 100)} %`;
	return /* @__PURE__ */ u("div", {
		id: `row-${index}`,
		class: `row ${chosen ? "chosen" : ""} ${focused ? "focused" : ""} verdict-${row.decision?.verdict ?? "none"}`,
		role: "option",
		"aria-selected": chosen || focused,
		"aria-label": spoken(row),
		"data-id": row.id,
		onPointerDown: (event) => {
			if (event.button !== 0) return;
			choose(index, event.shiftKey ? "range" : event.ctrlKey || event.metaKey ? "toggle" : "only");
		},
		onDblClick: () => zoomOnBox(row.box),
		children: [/* @__PURE__ */ u("span", {
			class: "thumbs",
			"aria-hidden": "true",
			children: [/* @__PURE__ */ u("img", {
				src: thumbnail(row, "before"),
				alt: "",
				width: "64",
				height: "64",
				loading: "lazy",
				decoding: "async"
			}), /* @__PURE__ */ u("img", {
				src: wanted.value ? thumbnail(row, "after") : void 0,
				alt: "",
				width: "64",
				height: "64",
				loading: "lazy",
				decoding: "async"
			})]
		}), /* @__PURE__ */ u("span", {
			class: "facts",
			children: [
				/* @__PURE__ */ u("span", {
					class: "line",
					children: [
						/* @__PURE__ */ u("b", {
							class: "frame-number",
							children: row.frame
						}),
						/* @__PURE__ */ u("span", {
							class: `class-name class-${row.class}`,
							children: row.class
						}),
						/* @__PURE__ */ u("span", {
							class: "confidence",
							children: confidence
						})
					]
				}),
				/* @__PURE__ */ u("span", {
					class: "line quiet",
					children: [/* @__PURE__ */ u("span", { children: [row.area.toLocaleString("en"), " px"] }), /* @__PURE__ */ u("span", { children: fillOf(row) })]
				}),
				/* @__PURE__ */ u("span", {
					class: "line",
					children: /* @__PURE__ */ u(Ruling, { row })
				})
			]
		})]
	});
}
function fillOf(row) {
	if (row.state === "left alone") return "left alone";
	return row.fill && row.fill !== "none" ? `${row.fill} fill` : "";
}
function Ruling({ row }) {
	const { decision, why } = row;
	if (!decision) return /* @__PURE__ */ u("span", {
		class: "quiet",
		children: why
	});
	const words = decision.verdict === "fill" ? `fill: ${decision.fill}` : VERDICT[decision.verdict] ?? decision.verdict;
	return /* @__PURE__ */ u("span", {
		class: `ruling ruling-${decision.verdict}`,
		children: words
	});
}
function spoken(row) {
	return [
		`Frame ${row.frame}`,
		row.class,
		`${row.area} pixels`,
		row.confidence === null ? "" : `confidence ${Math.round(row.confidence * 100)} percent`,
		fillOf(row),
		row.decision ? VERDICT[row.decision.verdict] ?? "" : "undecided"
	].filter(Boolean).join(", ");
}
// src/defects/virtual.ts
/** Which rows of a long list are in sight. */
/** Browsers place nothing beyond some 30 million pixels; a longer list is scrolled in proportion. */
var TALLEST = 12e6;
function inSight(count, row, scroll, room, spare = 4) {
	const true_ = count * row;
	const height = Math.min(true_, TALLEST);
	const at = scroll * (height > room ? (true_ - room) / (height - room) : 1);
	const first = Math.max(Math.floor(at / row) - spare, 0);
	return {
		first,
		last: Math.min(Math.ceil((at + room) / row) + spare, count - 1),
		height,
		offset: scroll - at + first * row
	};
}
/** Where to scroll so that a row is in sight; null where it is already. */
function scrollFor(index, count, row, scroll, room) {
	const true_ = count * row;
	const height = Math.min(true_, TALLEST);
	const ratio = height > room ? (true_ - room) / (height - room) : 1;
	const at = scroll * ratio;
	if (index * row < at) return index * row / ratio;
	if ((index + 1) * row > at + room) return ((index + 1) * row - room) / ratio;
	return null;
}
// src/defects/DefectList.tsx
/** The list of defects: only the rows in sight are there, whatever its length. */
var ROW_REM = 5.25;
var REST = 200;
function rowHeight() {
	return ROW_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);
}
function DefectList() {
	const scroller = A$1(null);
	const scroll = useSignal(0);
	const room = useSignal(600);
	const tall = useSignal(84);
	const resting = useSignal(true);
	const timer = A$1(0);
	const scrolled = (to) => {
		scroll.value = to;
		resting.value = false;
		window.clearTimeout(timer.current);
		timer.current = window.setTimeout(() => resting.value = true, REST);
	};
	h$2(() => {
		const box = scroller.current;
		if (!box) return;
		const watched = new ResizeObserver(() => {
			room.value = box.clientHeight;
			tall.value = rowHeight();
		});
		watched.observe(box);
		return () => watched.disconnect();
	}, []);
	useSignalEffect(() => {
		const box = scroller.current;
		if (!box || cursor.value < 0) return;
		const to = scrollFor(cursor.value, total.peek(), tall.peek(), box.scrollTop, room.peek());
		if (to !== null) box.scrollTop = to;
	});
	useSignalEffect(() => {
		pages.value;
		const { first, last } = inSight(total.value, tall.value, scroll.value, room.value);
		need(first, Math.max(last, 0));
	});
	const sight = inSight(total.value, tall.value, scroll.value, room.value);
	const rows = [];
	for (let index = sight.first; index <= sight.last; index++) {
		const row = rowAt(index);
		const at = cursor.value === index || row !== null && row.id === focused.value?.id;
		rows.push(/* @__PURE__ */ u(Row, {
			resting: resting.value,
			row,
			index,
			chosen: row !== null && selected.value.has(row.id),
			focused: at
		}, row?.id ?? index));
	}
	return /* @__PURE__ */ u("section", {
		class: "defects",
		"aria-label": "Defects",
		children: [
			/* @__PURE__ */ u(Filters, {}),
			/* @__PURE__ */ u("div", {
				class: "scroller",
				ref: scroller,
				role: "listbox",
				"aria-label": "Defects",
				"aria-multiselectable": "true",
				"aria-activedescendant": cursor.value >= 0 ? `row-${cursor.value}` : void 0,
				tabIndex: 0,
				onScroll: (event) => scrolled(event.currentTarget.scrollTop),
				children: [/* @__PURE__ */ u("div", {
					class: "sheet",
					style: { height: `${sight.height}px` },
					children: /* @__PURE__ */ u("div", {
						class: "rows",
						style: { transform: `translateY(${sight.offset}px)` },
						children: rows
					})
				}), total.value === 0 && /* @__PURE__ */ u(NothingYet, {})]
			}),
			/* @__PURE__ */ u(Verdicts, {})
		]
	});
}
var FILL_NAMES = {
	previous: "Previous",
	next: "Next",
	spatial: "Spatial",
	diffusion: "Diffusion",
	original: "Original"
};
var SHORT = {
	previous: "Prev",
	original: "Source"
};
function Verdicts() {
	const none = chosen.value.length === 0;
	const frameToo = none ? " (the whole frame)" : "";
	return /* @__PURE__ */ u("div", {
		class: "verdicts",
		children: [
			/* @__PURE__ */ u("div", {
				class: "verdict-line",
				children: [
					/* @__PURE__ */ u(Action, {
						label: "Accept",
						command: "accept",
						disabled: none,
						run: () => void decide("accept"),
						children: ["Accept ", /* @__PURE__ */ u("kbd", { children: "A" })]
					}),
					/* @__PURE__ */ u(Action, {
						label: "Veto",
						command: "veto",
						disabled: none,
						run: () => void decide("veto"),
						children: ["Veto ", /* @__PURE__ */ u("kbd", { children: "V" })]
					}),
					/* @__PURE__ */ u(Action, {
						label: `Protect${frameToo}`,
						command: "protect",
						run: () => void (none ? decideRegion("protect", null) : decide("protect")),
						children: ["Protect ", /* @__PURE__ */ u("kbd", { children: "P" })]
					}),
					/* @__PURE__ */ u(Action, {
						label: `Protect for the whole shot${frameToo}`,
						command: "protect-shot",
						run: () => void protectShot(),
						children: ["Shot ", /* @__PURE__ */ u("kbd", { children: "⇧P" })]
					})
				]
			}),
			/* @__PURE__ */ u("div", {
				class: "verdict-line",
				role: "group",
				"aria-label": "Fill",
				children: (session.value?.fills ?? []).map((fill, place) => /* @__PURE__ */ u(Action, {
					label: `Fill: ${FILL_NAMES[fill] ?? fill}`,
					command: `fill-${place + 1}`,
					disabled: none,
					run: () => void decide("fill", fill),
					children: [
						SHORT[fill] ?? FILL_NAMES[fill] ?? fill,
						" ",
						/* @__PURE__ */ u("kbd", { children: place + 1 })
					]
				}, fill))
			}),
			/* @__PURE__ */ u("div", {
				class: "verdict-line last",
				children: [/* @__PURE__ */ u(Action, {
					label: "Take the decision back",
					command: "clear",
					disabled: none,
					run: () => void decide("none"),
					children: ["Undecide ", /* @__PURE__ */ u("kbd", { children: "U" })]
				}), /* @__PURE__ */ u("label", {
					class: "tick",
					children: [/* @__PURE__ */ u("input", {
						type: "checkbox",
						checked: advance.value,
						onChange: (event) => advance.value = event.currentTarget.checked
					}), "go on to the next"]
				})]
			})
		]
	});
}
// src/panels/Help.tsx
/** The keyboard map. */
function Help() {
	const dialog = A$1(null);
	const open = helpOpen.value;
	h$2(() => {
		if (open) dialog.current?.showModal();
	}, [open]);
	if (!open) return null;
	return /* @__PURE__ */ u("dialog", {
		class: "help",
		ref: dialog,
		"aria-label": "Keyboard map",
		onClose: () => helpOpen.value = false,
		onClick: (event) => event.target === event.currentTarget && event.currentTarget.close(),
		children: [
			/* @__PURE__ */ u("header", { children: [/* @__PURE__ */ u("h1", { children: "Keyboard" }), /* @__PURE__ */ u("button", {
				onClick: () => dialog.current?.close(),
				children: "Close"
			})] }),
			/* @__PURE__ */ u("div", {
				class: "help-groups",
				children: KEYMAP.map((group) => /* @__PURE__ */ u("section", { children: [/* @__PURE__ */ u("h2", { children: group.title }), /* @__PURE__ */ u("dl", { children: group.commands.map((command) => /* @__PURE__ */ u("div", { children: [/* @__PURE__ */ u("dt", { children: /* @__PURE__ */ u("kbd", {
					title: command.keys.map(keyName).join(", "),
					children: keyName(command.keys[0] ?? "")
				}) }), /* @__PURE__ */ u("dd", { children: command.says })] }, command.id)) })] }, group.title))
			}),
			/* @__PURE__ */ u("p", {
				class: "quiet",
				children: "Wheel: zoom. Drag: pan. Middle or right button: pan with any tool. Double click: 1:1 and back. On the timeline: wheel zooms, Shift and wheel moves, double click shows all. Ctrl is the command key on a Mac."
			})
		]
	});
}
// src/state/settings.ts
/** The clip's settings: a change counts at once, and the picture in view is made anew with it. */
var SETTLE$1 = 150;
var values = y$1({});
var changed = {};
var timer = 0;
async function loadSettings() {
	try {
		values.value = (await get(clipPath("/settings"))).values;
	} catch (error) {
		complain(error);
	}
}
/** Sets one parameter; sent when the hand rests. */
function setParameter(id, value) {
	values.value = {
		...values.value,
		[id]: value
	};
	changed = {
		...changed,
		[id]: value
	};
	window.clearTimeout(timer);
	timer = window.setTimeout(() => void sendChanges(), SETTLE$1);
}
async function sendChanges() {
	const sent = changed;
	changed = {};
	try {
		values.value = {
			...(await put(clipPath("/settings"), { values: sent })).values,
			...changed
		};
		forgetFrames(null);
	} catch (error) {
		complain(error);
		await loadSettings();
	}
}
async function resetSettings() {
	try {
		values.value = (await post(clipPath("/settings/reset"))).values;
		forgetFrames(null);
	} catch (error) {
		complain(error);
	}
}
// src/panels/SettingsPanel.tsx
var GROUPS = {
	detect: "Detection",
	matte: "Matte",
	infrared: "Infrared",
	repair: "Repair"
};
function capitalised(word) {
	return word === "um" ? "µm" : word;
}
function SettingsPanel() {
	const table = session.value?.parameters ?? [];
	const groups = [...new Set(table.map((one) => one.group))];
	return /* @__PURE__ */ u("section", {
		class: "settings",
		"aria-label": "Settings",
		children: [/* @__PURE__ */ u("header", { children: [/* @__PURE__ */ u("p", {
			class: "quiet",
			children: looking.value ? "Repairing the frame in view…" : "Changes are seen at once on the frame in view."
		}), /* @__PURE__ */ u(Action, {
			label: "Set everything back to the defaults",
			run: () => void resetSettings(),
			children: "Defaults"
		})] }), groups.map((group) => /* @__PURE__ */ u("fieldset", { children: [/* @__PURE__ */ u("legend", { children: GROUPS[group] ?? group }), table.filter((one) => one.group === group).map((one) => /* @__PURE__ */ u(Control, { of: one }, one.id))] }, group))]
	});
}
function Control({ of: one }) {
	const value = values.value[one.id] ?? one.default;
	const changed = value !== one.default;
	if (one.kind === "choice") {
		const options = one.choices.map((id) => ({
			id,
			label: capitalised(id)
		}));
		return /* @__PURE__ */ u("div", {
			class: `control ${changed ? "changed" : ""}`,
			title: one.hint,
			children: /* @__PURE__ */ u(Select, {
				label: one.label,
				shown: true,
				options,
				value: String(value),
				pick: (id) => setParameter(one.id, id)
			})
		});
	}
	const [low, high] = one.display;
	const whole = one.kind === "integer";
	const step = whole ? 1 : (high - low) / 100;
	const text = `${whole ? value : Number(value).toFixed(2)} ${one.unit}`.trim();
	return /* @__PURE__ */ u("div", {
		class: `control ${changed ? "changed" : ""}`,
		children: /* @__PURE__ */ u(Slider, {
			label: one.label,
			hint: one.hint,
			value: Number(value),
			low,
			high,
			step,
			neutral: Number(one.default),
			text,
			set: (to) => setParameter(one.id, to)
		})
	});
}
// src/panels/WorkPanel.tsx
/** Work: start a render, watch it, hold it; look for damage; files for the client. */
var SAFE_NAME = /^[A-Za-z0-9._-]+$/;
function marked() {
	return inPoint.value === null && outPoint.value === null ? null : range.value.join("-");
}
function WorkPanel() {
	useSignalEffect(() => {
		if (clip.value?.id) loadWork();
	});
	return /* @__PURE__ */ u("section", {
		class: "work",
		"aria-label": "Work",
		children: [
			/* @__PURE__ */ u(RenderForm, {}),
			/* @__PURE__ */ u(Jobs, {}),
			/* @__PURE__ */ u(Exports, {})
		]
	});
}
function RenderForm() {
	const form = useSignal({
		name: "restored",
		format: "same",
		frames: null,
		matte: false,
		patches: true,
		verify: true,
		overwrite: false,
		resume: false
	});
	const set = (part) => form.value = {
		...form.value,
		...part
	};
	const good = SAFE_NAME.test(form.value.name);
	const stretch = marked();
	return /* @__PURE__ */ u("form", {
		class: "render-form",
		onSubmit: (event) => {
			event.preventDefault();
			if (good) render({
				...form.value,
				frames: stretch
			});
		},
		children: [
			/* @__PURE__ */ u("h2", { children: "Render" }),
			/* @__PURE__ */ u("div", {
				class: "pair",
				children: [/* @__PURE__ */ u("label", { children: ["Name", /* @__PURE__ */ u("input", {
					value: form.value.name,
					spellcheck: false,
					"aria-invalid": !good,
					onInput: (event) => set({ name: event.currentTarget.value })
				})] }), /* @__PURE__ */ u(Select, {
					label: "Format",
					shown: true,
					options: formats.value.map((id) => ({
						id,
						label: id === "same" ? "as the source" : id
					})),
					value: form.value.format,
					pick: (format) => set({ format })
				})]
			}),
			!good && /* @__PURE__ */ u("p", {
				class: "wrong",
				children: "A plain name: letters, digits, dots, dashes and underscores."
			}),
			/* @__PURE__ */ u("div", {
				class: "ticks",
				children: [
					/* @__PURE__ */ u(Tick, {
						label: "Prove that nothing else changed",
						on: form.value.verify,
						set: (verify) => set({ verify })
					}),
					/* @__PURE__ */ u(Tick, {
						label: "Keep a file to undo it with",
						on: form.value.patches,
						set: (patches) => set({ patches })
					}),
					/* @__PURE__ */ u(Tick, {
						label: "Mattes too",
						on: form.value.matte,
						set: (matte) => set({ matte })
					}),
					/* @__PURE__ */ u(Tick, {
						label: "Write over what is there",
						on: form.value.overwrite,
						set: (overwrite) => set({
							overwrite,
							resume: false
						})
					}),
					/* @__PURE__ */ u(Tick, {
						label: "Go on with one that was cut off",
						on: form.value.resume,
						set: (resume) => set({
							resume,
							overwrite: false
						})
					})
				]
			}),
			/* @__PURE__ */ u("button", {
				class: "main",
				type: "submit",
				disabled: !good,
				children: ["Render ", stretch ? `frames ${stretch.replace("-", " to ")}` : "the whole clip"]
			}),
			/* @__PURE__ */ u("p", {
				class: "quiet path",
				children: ["to ", outputFolder.value || "the output folder"]
			})
		]
	});
}
function Tick({ label, on, set }) {
	return /* @__PURE__ */ u("label", {
		class: "tick",
		children: [/* @__PURE__ */ u("input", {
			type: "checkbox",
			checked: on,
			onChange: (event) => set(event.currentTarget.checked)
		}), label]
	});
}
function Jobs() {
	const mine = jobs.value.filter((job) => job.clip === clip.value?.id).reverse();
	if (!mine.length) return null;
	return /* @__PURE__ */ u("div", { children: [/* @__PURE__ */ u("h2", { children: "Work" }), /* @__PURE__ */ u("ul", {
		class: "jobs",
		children: mine.map((job) => /* @__PURE__ */ u(JobLine, { job }, job.id))
	})] });
}
function duration(seconds) {
	const whole = Math.round(seconds);
	const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole % 3600 / 60)];
	if (hours) return `${hours} h ${minutes} min`;
	return minutes ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
function jobWords(job) {
	if (job.state === "running" && job.of) {
		const left = job.left === null ? "" : `, ${duration(job.left)} left`;
		return `${job.done} of ${job.of}, ${job.fps.toFixed(job.fps < 10 ? 2 : 0)} fps${left}`;
	}
	if (job.state === "done") return `done in ${duration(job.elapsed)}${job.failed ? `, ${job.failed} frames failed` : ""}`;
	return job.message ? `${job.state}: ${job.message}` : job.state;
}
function JobLine({ job }) {
	const part = job.of ? job.done / job.of : 0;
	return /* @__PURE__ */ u("li", {
		class: `job job-${job.state}`,
		children: [
			/* @__PURE__ */ u("div", {
				class: "job-head",
				children: [
					/* @__PURE__ */ u("b", { children: job.label }),
					/* @__PURE__ */ u("span", { class: "spring" }),
					job.state === "running" && job.kind !== "export" && /* @__PURE__ */ u(Action, {
						icon: "pause",
						label: `Pause ${job.label}`,
						run: () => void order(job, "pause")
					}),
					job.state === "paused" && /* @__PURE__ */ u(Action, {
						icon: "play",
						label: `Resume ${job.label}`,
						run: () => void order(job, "resume")
					}),
					!isOver(job) && /* @__PURE__ */ u(Action, {
						icon: "cross",
						label: `Cancel ${job.label}`,
						run: () => void order(job, "cancel")
					})
				]
			}),
			/* @__PURE__ */ u("progress", {
				max: "1",
				value: job.state === "done" ? 1 : part,
				"aria-label": `Progress of ${job.label}`
			}),
			/* @__PURE__ */ u("p", {
				class: "quiet",
				children: jobWords(job)
			}),
			job.files.length > 0 && /* @__PURE__ */ u("ul", {
				class: "files",
				children: [job.files.slice(0, 12).map(({ name, bytes }) => /* @__PURE__ */ u("li", { children: [
					/* @__PURE__ */ u("a", {
						href: `/api/jobs/${job.id}/files/${encodeURIComponent(name)}`,
						download: name,
						children: name
					}),
					" ",
					/* @__PURE__ */ u("span", {
						class: "quiet",
						children: weight(bytes)
					})
				] }, name)), job.files.length > 12 && /* @__PURE__ */ u("li", {
					class: "quiet",
					children: [
						"and ",
						job.files.length - 12,
						" more in the output folder"
					]
				})]
			})
		]
	});
}
function weight(bytes) {
	if (bytes < 1024) return `${bytes} B`;
	return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
function Exports() {
	const one = clip.value;
	const here = String(frame.value);
	const frames = marked() ?? `${one?.first}-${one?.last}`;
	const report = () => exportFiles({
		kind: "report",
		forms: [
			"csv",
			"edl",
			"otio",
			"html"
		]
	});
	return /* @__PURE__ */ u("div", {
		class: "exports",
		children: [
			/* @__PURE__ */ u("h2", { children: "For the client" }),
			/* @__PURE__ */ u("div", {
				class: "choices",
				children: [
					/* @__PURE__ */ u(Action, {
						label: "Report: CSV, EDL, OTIO, HTML",
						disabled: !one?.audit,
						run: () => void report(),
						children: "Report"
					}),
					/* @__PURE__ */ u(Action, {
						label: "Stills of this frame, before and after",
						run: () => void exportFiles({
							kind: "stills",
							frames: here,
							view: view.value,
							sides: [
								"before",
								"after",
								"difference",
								"wipe"
							]
						}),
						children: ["Stills of ", here]
					}),
					/* @__PURE__ */ u(Action, {
						label: `Wipe movie of frames ${frames}`,
						run: () => void exportFiles({
							kind: "wipe",
							frames,
							view: view.value,
							size: 1920,
							seconds: 4
						}),
						children: "Wipe movie"
					}),
					/* @__PURE__ */ u(Action, {
						label: "Contact sheet of the largest repairs",
						run: () => void exportFiles({
							kind: "sheet",
							limit: 24
						}),
						children: "Contact sheet"
					}),
					/* @__PURE__ */ u(Action, {
						label: "The decisions file",
						run: () => void exportFiles({ kind: "decisions" }),
						children: "Decisions"
					})
				]
			}),
			!one?.audit && /* @__PURE__ */ u("p", {
				class: "quiet",
				children: "A report is made from the audit of a render."
			}),
			/* @__PURE__ */ u("h2", { children: "Find damage" }),
			/* @__PURE__ */ u("div", {
				class: "choices",
				children: [/* @__PURE__ */ u(Action, {
					label: "Look for damage in the whole clip",
					run: () => void scan(marked(), false),
					children: "Find"
				}), /* @__PURE__ */ u(Action, {
					label: "Look for damage and keep repaired frames for playing",
					run: () => void scan(marked(), true),
					children: "Find and repair for playing"
				})]
			})
		]
	});
}
// src/panels/TopBar.tsx
/** The bar above the picture: which clip, how it is looked at, what is saved. */
var COMPARE = [
	{
		id: "wipe",
		label: "Wipe",
		command: "wipe"
	},
	{
		id: "side",
		label: "Side",
		command: "side"
	},
	{
		id: "before",
		label: "Before",
		command: "flip"
	},
	{
		id: "after",
		label: "After",
		command: "flip"
	},
	{
		id: "difference",
		label: "Diff",
		command: "difference"
	}
];
function TopBar() {
	const one = clip.value;
	const ways = one?.infrared ? [...COMPARE, {
		id: "infrared",
		label: "IR",
		command: "infrared"
	}] : COMPARE;
	return /* @__PURE__ */ u("header", {
		class: "top",
		children: [
			/* @__PURE__ */ u(Bin, {}),
			/* @__PURE__ */ u(Segments, {
				label: "Compare",
				options: ways,
				value: compare.value,
				pick: (mode) => compare.value = mode
			}),
			/* @__PURE__ */ u("div", {
				class: "segments",
				role: "group",
				"aria-label": "Over the picture",
				children: [
					/* @__PURE__ */ u(Action, {
						label: "Matte over the picture",
						command: "matte",
						pressed: matteShown.value,
						run: () => matteShown.value = !matteShown.value,
						children: "Matte"
					}),
					/* @__PURE__ */ u(Action, {
						label: "Outlines of defects",
						command: "outlines",
						pressed: outlinesShown.value,
						run: () => outlinesShown.value = !outlinesShown.value,
						children: "Outlines"
					}),
					one?.truth && /* @__PURE__ */ u(Action, {
						label: "Against the truth matte: found green, missed red, false yellow",
						command: "truth",
						pressed: truthShown.value,
						run: () => truthShown.value = !truthShown.value,
						children: "Truth"
					})
				]
			}),
			/* @__PURE__ */ u(LookMenu, {}),
			/* @__PURE__ */ u("span", { class: "spring" }),
			/* @__PURE__ */ u(Saved, {}),
			/* @__PURE__ */ u(Action, {
				icon: "undo",
				label: decisions.value.undo ? `Undo: ${decisions.value.undo}` : "Undo",
				command: "undo",
				disabled: !decisions.value.can_undo,
				run: () => void undo()
			}),
			/* @__PURE__ */ u(Action, {
				icon: "redo",
				label: decisions.value.redo ? `Redo: ${decisions.value.redo}` : "Redo",
				command: "redo",
				disabled: !decisions.value.can_redo,
				run: () => void redo()
			}),
			/* @__PURE__ */ u(Action, {
				icon: "help",
				label: "Keyboard map",
				command: "help",
				run: () => helpOpen.value = true
			})
		]
	});
}
/** The clips that are open. */
function Bin() {
	const clips = session.value?.clips ?? [];
	const one = clip.value;
	if (!one) return null;
	const facts = `${one.path}\n${one.format}, ${one.width} x ${one.height}, ${one.rate} fps\n${one.colour.space}: ${one.colour.reason}`;
	if (clips.length === 1) return /* @__PURE__ */ u("span", {
		class: "clip-name",
		title: facts,
		children: one.name
	});
	return /* @__PURE__ */ u("span", {
		class: "clip-name",
		title: facts,
		children: /* @__PURE__ */ u(Select, {
			label: "Clip",
			value: one.id,
			pick: (id) => clipId.value = id,
			options: clips.map(({ id, name, rendered }) => ({
				id,
				label: rendered ? `${name}  (rendered)` : name
			}))
		})
	});
}
function LookMenu() {
	const open = useSignal(false);
	const changed = exposure.value !== 0 || gain.value !== 1 || gamma.value !== 1;
	return /* @__PURE__ */ u("div", {
		class: "look",
		children: [
			/* @__PURE__ */ u(Select, {
				label: "View",
				options: clip.value?.views ?? [],
				value: view.value,
				pick: (id) => chosenView.value = id
			}),
			/* @__PURE__ */ u(Action, {
				label: "Exposure, gain, gamma, strength of the matte",
				pressed: open.value || changed,
				run: () => open.value = !open.value,
				children: changed ? "Adjusted" : "Adjust"
			}),
			open.value && /* @__PURE__ */ u("div", {
				class: "popover",
				role: "group",
				"aria-label": "Adjust the view",
				children: [
					/* @__PURE__ */ u(Slider, {
						label: "Exposure",
						hint: "Stops, before the view",
						value: exposure.value,
						low: -6,
						high: 6,
						step: .25,
						neutral: 0,
						text: `${exposure.value > 0 ? "+" : ""}${exposure.value} stops`,
						set: (to) => exposure.value = to
					}),
					/* @__PURE__ */ u(Slider, {
						label: "Gain",
						hint: "Of display values",
						value: gain.value,
						low: .25,
						high: 8,
						step: .05,
						neutral: 1,
						text: `× ${gain.value.toFixed(2)}`,
						set: (to) => gain.value = to
					}),
					/* @__PURE__ */ u(Slider, {
						label: "Gamma",
						hint: "Of display values",
						value: gamma.value,
						low: .3,
						high: 3,
						step: .05,
						neutral: 1,
						text: gamma.value.toFixed(2),
						set: (to) => gamma.value = to
					}),
					/* @__PURE__ */ u(Slider, {
						label: "Matte",
						hint: "How strongly mattes are laid over the picture",
						value: overlayStrength.value,
						low: .1,
						high: 1,
						step: .05,
						neutral: .6,
						text: `${Math.round(overlayStrength.value * 100)} %`,
						set: (to) => overlayStrength.value = to
					}),
					/* @__PURE__ */ u(Action, {
						label: "Reset the view",
						command: "look-reset",
						run: resetLook,
						children: "Reset"
					})
				]
			})
		]
	});
}
function Saved() {
	const job = activeJob.value;
	const words = !connected.value ? "Server lost: trying again" : saving.value ? "Saving…" : "Saved";
	return /* @__PURE__ */ u("span", {
		class: "saved",
		role: "status",
		children: [job && /* @__PURE__ */ u("span", {
			class: "working",
			title: `${job.label}: ${jobWords(job)}`,
			children: [
				job.kind,
				" ",
				job.of ? Math.floor(100 * job.done / job.of) : 0,
				" %"
			]
		}), /* @__PURE__ */ u("span", {
			class: connected.value ? "quiet" : "wrong",
			title: clip.value ? `Decisions are kept in ${clip.value.decisions_file}` : "",
			children: words
		})]
	});
}
// src/state/tools.ts
/** What the pointer does in the viewer. */
var tool = y$1("hand");
/** Radius of the brush in pixels of the plate. */
var brush = y$1(6);
function pickTool(wanted) {
	tool.value = tool.value === wanted ? "hand" : wanted;
}
function growBrush(factor) {
	brush.value = Math.min(Math.max(Math.round(brush.value * factor * 2) / 2, .5), 400);
}
// src/panels/Transport.tsx
/** Under the picture: tools on the left, playing in the middle, jumps on the right. */
var TOOLS = [
	{
		id: "hand",
		icon: "hand",
		label: "Hand: pan, click a defect"
	},
	{
		id: "lasso",
		icon: "lasso",
		label: "Lasso: select"
	},
	{
		id: "sweep",
		icon: "sweep",
		label: "Brush: select"
	},
	{
		id: "paint",
		icon: "paint",
		label: "Paint what was missed"
	},
	{
		id: "erase",
		icon: "erase",
		label: "Erase from the matte"
	},
	{
		id: "box",
		icon: "box",
		label: "Box: detect in it at higher sensitivity, and repair"
	}
];
var WITH_BRUSH = /* @__PURE__ */ new Set([
	"sweep",
	"paint",
	"erase"
]);
function Transport() {
	return /* @__PURE__ */ u("div", {
		class: "transport",
		children: [
			/* @__PURE__ */ u("div", {
				class: "tools",
				children: [/* @__PURE__ */ u("div", {
					class: "segments",
					role: "group",
					"aria-label": "Tools",
					children: TOOLS.map(({ id, icon, label }) => /* @__PURE__ */ u(Action, {
						icon,
						label,
						command: id,
						pressed: tool.value === id,
						run: () => tool.value = id
					}, id))
				}), WITH_BRUSH.has(tool.value) && /* @__PURE__ */ u("span", {
					class: "brush",
					children: [
						/* @__PURE__ */ u(Action, {
							label: "Smaller brush",
							command: "brush-less",
							run: () => growBrush(1 / 1.25),
							children: "−"
						}),
						/* @__PURE__ */ u("output", {
							"aria-label": "Radius of the brush",
							children: [brush.value, " px"]
						}),
						/* @__PURE__ */ u(Action, {
							label: "Larger brush",
							command: "brush-more",
							run: () => growBrush(1.25),
							children: "+"
						})
					]
				})]
			}),
			/* @__PURE__ */ u(Clock, {}),
			/* @__PURE__ */ u("div", {
				class: "play",
				children: [
					/* @__PURE__ */ u(Action, {
						icon: "first",
						label: "First frame, or in",
						command: "first",
						run: () => goTo(range.value[0])
					}),
					/* @__PURE__ */ u(Action, {
						icon: "previous",
						label: "One frame back",
						command: "step-back",
						run: () => step(-1)
					}),
					/* @__PURE__ */ u(Action, {
						icon: "back",
						label: "Play backwards",
						command: "shuttle-back",
						pressed: speed.value < 0,
						run: () => shuttle(-1)
					}),
					/* @__PURE__ */ u(Action, {
						icon: playing.value ? "pause" : "play",
						label: playing.value ? "Stop" : "Play",
						command: "play",
						run: togglePlay
					}),
					/* @__PURE__ */ u(Action, {
						icon: "next",
						label: "One frame on",
						command: "step-on",
						run: () => step(1)
					}),
					/* @__PURE__ */ u(Action, {
						icon: "last",
						label: "Last frame, or out",
						command: "last",
						run: () => goTo(range.value[1])
					}),
					/* @__PURE__ */ u(Action, {
						icon: "loop",
						label: "Loop around this frame",
						command: "loop",
						run: loopAround
					}),
					/* @__PURE__ */ u(Rate, {})
				]
			}),
			/* @__PURE__ */ u(Marks, {}),
			/* @__PURE__ */ u("div", {
				class: "jumps",
				children: [
					/* @__PURE__ */ u("span", {
						class: "segments",
						children: [/* @__PURE__ */ u(Action, {
							label: "Flip to the frame before, aligned",
							command: "neighbour-back",
							pressed: flip.value === -1,
							run: () => stepFlip(-1),
							children: "−1"
						}), /* @__PURE__ */ u(Action, {
							label: "Flip to the frame after, aligned",
							command: "neighbour-on",
							pressed: flip.value === 1,
							run: () => stepFlip(1),
							children: "+1"
						})]
					}),
					/* @__PURE__ */ u("span", {
						class: "segments",
						children: [/* @__PURE__ */ u(Action, {
							label: "Fit the frame",
							command: "fit",
							pressed: fitted.value,
							run: fit,
							children: "Fit"
						}), /* @__PURE__ */ u(Action, {
							label: "A pixel of the plate to a pixel of the screen",
							command: "one",
							pressed: zoom.value === 1,
							run: () => zoomTo(1),
							children: "1:1"
						})]
					}),
					/* @__PURE__ */ u(Action, {
						label: "The thing worth a look before this",
						command: "worth-previous",
						run: () => void jump(-1),
						children: "◂"
					}),
					/* @__PURE__ */ u(Action, {
						label: "Next thing worth a look",
						command: "worth-next",
						run: () => void jump(1),
						children: ["Next ", /* @__PURE__ */ u("kbd", { children: "N" })]
					})
				]
			})
		]
	});
}
function Clock() {
	const facts = factsInView.value;
	return /* @__PURE__ */ u("span", {
		class: "clock",
		children: [/* @__PURE__ */ u("input", {
			class: "frame",
			inputMode: "numeric",
			"aria-label": "Frame",
			value: frame.value,
			size: 7,
			onChange: (event) => goTo(existing(Number(event.currentTarget.value) || frame.value)),
			onKeyDown: (event) => event.key === "Enter" && event.currentTarget.blur()
		}), /* @__PURE__ */ u("span", {
			class: "quiet",
			children: facts?.timecode || (clip.value ? `of ${clip.value.last}` : "")
		})]
	});
}
function Rate() {
	const pace = speed.value;
	if (!pace) return /* @__PURE__ */ u("span", { class: "rate" });
	const wanted = (clip.value?.rate ?? 24) * Math.abs(pace);
	return /* @__PURE__ */ u("span", {
		class: `rate ${shownRate.value > 0 && shownRate.value < wanted * .9 ? "wrong" : ""}`,
		children: [shownRate.value.toFixed(1), " fps"]
	});
}
function Marks() {
	const [from, to] = [inPoint.value, outPoint.value];
	return /* @__PURE__ */ u("div", {
		class: "in-out",
		children: [
			/* @__PURE__ */ u(Action, {
				label: from === null ? "In here" : `In at ${from}; set it here`,
				command: "in",
				pressed: from !== null,
				run: markIn,
				children: "In"
			}),
			/* @__PURE__ */ u(Action, {
				label: to === null ? "Out here" : `Out at ${to}; set it here`,
				command: "out",
				pressed: to !== null,
				run: markOut,
				children: "Out"
			}),
			(from !== null || to !== null) && /* @__PURE__ */ u(Action, {
				icon: "cross",
				label: "Clear in and out",
				command: "marks-clear",
				run: clearMarks
			})
		]
	});
}
// src/panels/WalkPanel.tsx
/** One frame's way through the pipeline, step by step, with the pictures. */
var LARGE_LIMIT = 1600;
var enlarged = y$1(null);
function url({ kind, query }, side) {
	const one = clip.value;
	const longest = one ? Math.max(one.width, one.height) : side;
	const scale = [
		1,
		2,
		4,
		8
	].find((by) => longest / by <= side) ?? 8;
	return address(clipPath(`/frames/${frame.value}/picture/${kind}`), {
		view: view.value,
		exposure: exposure.value || void 0,
		...query,
		scale,
		v: factsInView.value?.version,
		format: "png"
	});
}
function WalkPanel() {
	const walk = useSignal(null);
	useSignalEffect(() => {
		const number = frame.value;
		const version = factsInView.value?.version;
		if (!clip.value || playing.value || !version || !factsInView.value?.known) return;
		const abort = new AbortController();
		get(clipPath(`/frames/${number}/walk`), {}, abort.signal).then((got) => walk.value = got, complain);
		return () => abort.abort();
	});
	const shown = walk.value;
	if (!shown || shown.frame !== frame.value) return /* @__PURE__ */ u("section", {
		class: "walk",
		"aria-label": "Pipeline",
		children: /* @__PURE__ */ u("p", {
			class: "empty",
			children: [
				"Walking frame ",
				frame.value,
				" through the pipeline…"
			]
		})
	});
	return /* @__PURE__ */ u("section", {
		class: "walk",
		"aria-label": "Pipeline",
		children: [
			/* @__PURE__ */ u("h2", { children: [
				"Frame ",
				shown.frame,
				", step by step"
			] }),
			/* @__PURE__ */ u("ol", { children: shown.steps.map((step) => /* @__PURE__ */ u("li", { children: [
				/* @__PURE__ */ u("h3", { children: [step.label, /* @__PURE__ */ u("span", {
					class: "quiet",
					children: step.seconds === null ? "" : `${step.seconds.toFixed(2)} s`
				})] }),
				/* @__PURE__ */ u("p", {
					class: "quiet",
					children: step.words
				}),
				/* @__PURE__ */ u("div", {
					class: "walk-pictures",
					children: step.pictures.map((picture) => /* @__PURE__ */ u(Picture, {
						picture,
						step
					}, picture.label))
				}),
				step.legend && /* @__PURE__ */ u(Legend$1, { entries: step.legend })
			] }, step.id)) }),
			enlarged.value && /* @__PURE__ */ u(Enlarged, {})
		]
	});
}
function Picture({ picture, step }) {
	return /* @__PURE__ */ u("figure", { children: [/* @__PURE__ */ u("button", {
		class: "bare",
		"aria-label": `Enlarge: ${step.label}, ${picture.label}`,
		onClick: () => enlarged.value = {
			picture,
			step
		},
		children: /* @__PURE__ */ u("img", {
			src: url(picture, 480),
			alt: `${step.label}: ${picture.label}`,
			loading: "lazy",
			decoding: "async"
		})
	}), /* @__PURE__ */ u("figcaption", { children: picture.label })] });
}
function Legend$1({ entries }) {
	return /* @__PURE__ */ u("ul", {
		class: "legend",
		children: entries.map(({ label, colour }) => /* @__PURE__ */ u("li", { children: [/* @__PURE__ */ u("i", {
			style: { background: colour },
			"aria-hidden": "true"
		}), label] }, label))
	});
}
function Enlarged() {
	const now = enlarged.value;
	if (!now) return null;
	const close = () => enlarged.value = null;
	return /* @__PURE__ */ u("div", {
		class: "veil",
		role: "dialog",
		"aria-label": `${now.step.label}: ${now.picture.label}`,
		onClick: close,
		children: /* @__PURE__ */ u("figure", {
			class: "large",
			children: [/* @__PURE__ */ u("img", {
				src: url(now.picture, LARGE_LIMIT),
				alt: `${now.step.label}: ${now.picture.label}`
			}), /* @__PURE__ */ u("figcaption", { children: [
				/* @__PURE__ */ u("b", { children: now.step.label }),
				" ",
				now.picture.label,
				now.step.legend && /* @__PURE__ */ u(Legend$1, { entries: now.step.legend }),
				/* @__PURE__ */ u("button", {
					autofocus: true,
					onClick: close,
					children: "Close"
				})
			] })]
		})
	});
}
// src/api/types.ts
/** Bits of `flags`, in a bin of the timeline and in a defect. */
var FLAG = {
	leftAlone: 1,
	lowConfidence: 2,
	largeArea: 4,
	emulsionLoss: 8,
	failed: 16,
	decided: 32,
	duplicate: 64,
	missing: 128,
	cut: 256
};
// src/timeline/draw.ts
/** Draws the timeline: damage density, flags, cuts, in and out. */
/** Flags in the order in which one is drawn over another, with what they are called. */
var FLAG_MARKS = [
	{
		bit: FLAG.lowConfidence,
		label: "low confidence",
		colour: "#f2c84b"
	},
	{
		bit: FLAG.largeArea,
		label: "large area",
		colour: "#f08a3c"
	},
	{
		bit: FLAG.emulsionLoss,
		label: "emulsion loss",
		colour: "#e05fc4"
	},
	{
		bit: FLAG.leftAlone,
		label: "left alone",
		colour: "#5cc75c"
	},
	{
		bit: FLAG.failed,
		label: "failed",
		colour: "#ff5546"
	},
	{
		bit: FLAG.decided,
		label: "decided by hand",
		colour: "#f5f5f5"
	}
];
var FLAG_ROW = 5;
var TICKS = 16;
var UNKNOWN = "#333";
var SOURCE = "#1d1d1d";
function xOf({ span: [first, last], width }, frame) {
	return (frame - first) / (last - first || 1) * width;
}
function frameAt({ span: [first, last], width }, x) {
	return first + x / (width || 1) * (last - first);
}
/** Damage is spread over decades: 0.001 % is just to be seen, 10 % is full. */
function barHeight(density, room) {
	if (density <= 0) return 0;
	const part = (Math.log10(density) + 5) / 4;
	return Math.max(Math.min(part, 1), .04) * room;
}
function drawBins(lane, bins) {
	const { context, width, height, ratio } = lane;
	context.fillStyle = SOURCE;
	context.fillRect(0, 0, width, height);
	if (!bins) return;
	const flags = FLAG_ROW * ratio;
	const top = TICKS * ratio;
	const floor = height - flags - 3 * ratio;
	bins.start.forEach((start, place) => {
		const x = Math.floor(xOf(lane, start));
		const next = Math.floor(xOf(lane, bins.start[place + 1] ?? bins.last + 1));
		if (next < 0 || x > width) return;
		const wide = Math.max(next - x, 1);
		drawBin(lane, {
			x,
			wide: wide - (wide > 4 * ratio ? ratio : 0),
			top,
			floor,
			flags
		}, bins.density[place] ?? -1, bins.mean[place] ?? -1, bins.flags[place] ?? 0);
	});
	drawCuts(lane, bins, top, floor);
	drawTicks(lane);
}
function drawBin({ context, height, ratio }, slot, density, mean, flags) {
	const { x, wide, top, floor } = slot;
	const room = floor - top;
	if (flags & FLAG.missing) {
		context.fillStyle = "#000";
		context.fillRect(x, top, wide, room);
	} else if (density < 0) {
		context.fillStyle = UNKNOWN;
		context.fillRect(x, floor - 2 * ratio, wide, 2 * ratio);
	} else {
		const high = barHeight(density, room);
		context.fillStyle = "#5f5f5f";
		context.fillRect(x, floor - high, wide, high);
		const usual = barHeight(mean, room);
		context.fillStyle = "#8c8c8c";
		context.fillRect(x, floor - usual, wide, usual);
	}
	const flag = FLAG_MARKS.findLast(({ bit }) => flags & bit);
	if (flag) {
		context.fillStyle = flag.colour;
		context.fillRect(x, height - slot.flags - ratio, Math.max(wide, 2 * ratio), slot.flags);
	}
}
function drawCuts(lane, bins, top, floor) {
	const { context, ratio } = lane;
	context.fillStyle = "rgba(255,255,255,.5)";
	const cuts = bins.cuts.length ? bins.cuts : bins.start.filter((_, place) => (bins.flags[place] ?? 0) & FLAG.cut);
	for (const cut of cuts) context.fillRect(Math.round(xOf(lane, cut)), top, ratio, floor - top);
}
/** Frame numbers at round distances, as many as can be read. */
function drawTicks(lane) {
	const { context, ratio, width, span: [first, last] } = lane;
	const least = (last - first) * 90 * ratio / (width || 1);
	const decade = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
	const apart = [
		1,
		2,
		5,
		10
	].map((one) => one * decade).find((one) => one >= least) ?? 10 * decade;
	context.font = `${11 * ratio}px system-ui, sans-serif`;
	context.textBaseline = "top";
	for (let frame = Math.ceil(first / apart) * apart; frame <= last; frame += apart) {
		const x = Math.round(xOf(lane, frame));
		context.fillStyle = "#4a4a4a";
		context.fillRect(x, 0, ratio, TICKS * ratio);
		context.fillStyle = "#a0a0a0";
		context.fillText(String(frame), x + 4 * ratio, 2 * ratio);
	}
}
function drawPlayhead(lane, frame, range, marked) {
	const { context, width, height, ratio } = lane;
	context.clearRect(0, 0, width, height);
	const one = Math.max(xOf(lane, frame + 1) - xOf(lane, frame), ratio);
	if (marked) {
		context.fillStyle = "rgba(0,0,0,.5)";
		const [from, to] = [xOf(lane, range[0]), xOf(lane, range[1] + 1)];
		context.fillRect(0, 0, from, height);
		context.fillRect(to, 0, width - to, height);
		context.fillStyle = "#d8d8d8";
		context.fillRect(from, 0, 2 * ratio, height);
		context.fillRect(to - 2 * ratio, 0, 2 * ratio, height);
	}
	const x = xOf(lane, frame);
	context.fillStyle = "rgba(255,255,255,.18)";
	context.fillRect(x, 0, one, height);
	context.fillStyle = "#fff";
	const middle = Math.round(x + one / 2);
	context.fillRect(middle - ratio, 0, 2 * ratio, height);
	context.beginPath();
	context.moveTo(middle - 6 * ratio, 0);
	context.lineTo(middle + 6 * ratio, 0);
	context.lineTo(middle, 8 * ratio);
	context.fill();
}
// src/timeline/Timeline.tsx
/** The timeline: drawn in two layers, so that the playhead moves without the bins being drawn anew. */
var size = y$1({
	width: 1,
	height: 1,
	ratio: 1
});
function laneOf(canvas) {
	const context = canvas.getContext("2d");
	const [first, last] = span.value;
	return context && {
		context,
		...size.value,
		span: [first, last + 1]
	};
}
function Timeline() {
	const below = A$1(null);
	const above = A$1(null);
	const around = A$1(null);
	const hover = useSignal(null);
	h$2(() => {
		const [bars, head, box] = [
			below.current,
			above.current,
			around.current
		];
		if (!bars || !head || !box) return;
		const watched = new ResizeObserver(() => resize$1(box, bars, head));
		watched.observe(box);
		const wheel = (event) => turned(event, box);
		box.addEventListener("wheel", wheel, { passive: false });
		const ends = [
			x$1(() => {
				const lane = laneOf(bars);
				if (lane) drawBins(lane, bins.value);
			}),
			x$1(() => {
				const lane = laneOf(head);
				if (lane) drawPlayhead(lane, frame.value, range.value, inPoint.value !== null || outPoint.value !== null);
			}),
			x$1(() => {
				if (playing.value) reveal(frame.value);
			})
		];
		return () => {
			watched.disconnect();
			box.removeEventListener("wheel", wheel);
			ends.forEach((end) => end());
		};
	}, []);
	const frameUnder = (event) => {
		const lane = below.current && laneOf(below.current);
		const bounds = event.currentTarget.getBoundingClientRect();
		return lane ? Math.floor(frameAt(lane, (event.clientX - bounds.left) * lane.ratio)) : frame.value;
	};
	const move = (event) => {
		const number = frameUnder(event);
		hover.value = {
			x: event.offsetX,
			frame: number
		};
		if (event.buttons & 1) goTo(number);
		else if (event.buttons & 4) panSpan(-event.movementX * (span.value[1] - span.value[0]) / (around.current?.clientWidth ?? 1));
	};
	return /* @__PURE__ */ u("div", {
		class: "timeline",
		ref: around,
		role: "slider",
		"aria-label": "Timeline",
		"aria-valuemin": clip.value?.first ?? 0,
		"aria-valuemax": clip.value?.last ?? 0,
		"aria-valuenow": frame.value,
		tabIndex: 0,
		onPointerDown: (event) => {
			event.currentTarget.setPointerCapture(event.pointerId);
			stop();
			if (event.button === 0) goTo(frameUnder(event));
		},
		onPointerMove: move,
		onPointerLeave: () => hover.value = null,
		onDblClick: wholeClip,
		children: [
			/* @__PURE__ */ u("canvas", {
				ref: below,
				"aria-hidden": "true"
			}),
			/* @__PURE__ */ u("canvas", {
				ref: above,
				"aria-hidden": "true"
			}),
			hover.value && clip.value && /* @__PURE__ */ u(Tip, {
				x: hover.value.x,
				at: existing(hover.value.frame)
			})
		]
	});
}
function Tip({ x, at }) {
	const known = bins.value;
	const place = known ? known.start.findLastIndex((start) => start <= at) : -1;
	const density = known?.density[place] ?? -1;
	const flags = known?.flags[place] ?? 0;
	const said = FLAG_MARKS.filter(({ bit }) => flags & bit).map(({ label }) => label);
	const damage = density < 0 ? "not looked at yet" : `${(density * 100).toPrecision(2)} % damaged`;
	return /* @__PURE__ */ u("span", {
		class: `tip ${x > size.value.width / size.value.ratio - 260 ? "flip" : ""}`,
		style: { left: `${x}px` },
		children: [
			/* @__PURE__ */ u("b", { children: at }),
			" ",
			[damage, ...said].join(", ")
		]
	});
}
function turned(event, box) {
	event.preventDefault();
	const [first, last] = span.value;
	if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
		panSpan((event.deltaX || event.deltaY) / box.clientWidth * (last - first));
		return;
	}
	const part = (event.clientX - box.getBoundingClientRect().left) / box.clientWidth;
	zoomSpan(2 ** (event.deltaY / 300), first + part * (last - first));
}
function resize$1(box, ...canvases) {
	const ratio = window.devicePixelRatio || 1;
	const width = Math.max(Math.round(box.clientWidth * ratio), 1);
	const height = Math.max(Math.round(box.clientHeight * ratio), 1);
	for (const canvas of canvases) Object.assign(canvas, {
		width,
		height
	});
	size.value = {
		width,
		height,
		ratio
	};
	room.value = Math.max(Math.min(width, 4096), 100);
}
// src/viewer/marks.ts
var CLASS_COLOUR = {
	blotch: "#4f94ff",
	hair: "#ffd43d",
	scratch: "#bf7aff",
	other: "#3dd9d9"
};
var LEFT_ALONE$1 = "#5cc75c";
var SMALLEST = 10;
function begin(marks) {
	const { context } = marks;
	context.setTransform(1, 0, 0, 1, 0, 0);
	context.clearRect(0, 0, context.canvas.width, context.canvas.height);
	context.lineJoin = "round";
}
function inPanes({ context, panes }, draw) {
	for (const { x, y, clipLeft, clipRight } of panes) {
		context.save();
		context.beginPath();
		context.rect(clipLeft, 0, clipRight - clipLeft, context.canvas.height);
		context.clip();
		draw(x, y);
		context.restore();
	}
}
function colourOf(row) {
	if (row.decision?.verdict === "veto" || row.decision?.verdict === "protect") return LEFT_ALONE$1;
	return row.state === "left alone" && !row.decision ? LEFT_ALONE$1 : CLASS_COLOUR[row.class] ?? "#ddd";
}
/** A frame around each region, a little away from it, so that the damage itself stays free. */
function regions(marks, rows, chosen, focused) {
	const { context, ratio, zoom } = marks;
	inPanes(marks, (x, y) => {
		for (const row of rows) {
			const near = row.id === focused || chosen.has(row.id);
			const [left, top, width, height] = outline(row.box, x, y, zoom, (near ? 5 : 3) * ratio);
			context.lineWidth = (row.id === focused ? 2.5 : near ? 2 : 1.25) * ratio;
			context.setLineDash(row.decision?.verdict === "veto" ? [4 * ratio, 3 * ratio] : []);
			context.strokeStyle = near ? "#fff" : colourOf(row);
			context.strokeRect(left, top, width, height);
			if (near) {
				context.lineWidth = 1.25 * ratio;
				context.strokeStyle = colourOf(row);
				context.strokeRect(left + 2 * ratio, top + 2 * ratio, width - 4 * ratio, height - 4 * ratio);
			}
		}
		context.setLineDash([]);
	});
}
function outline(box, x, y, zoom, away) {
	const width = Math.max((box[3] - box[1]) * zoom, SMALLEST) + 2 * away;
	const height = Math.max((box[2] - box[0]) * zoom, SMALLEST) + 2 * away;
	const middle = {
		x: x + (box[1] + box[3]) / 2 * zoom,
		y: y + (box[0] + box[2]) / 2 * zoom
	};
	return [
		middle.x - width / 2,
		middle.y - height / 2,
		width,
		height
	];
}
function wipeLine({ context, ratio }, at) {
	const { height } = context.canvas;
	context.fillStyle = "rgba(0,0,0,.55)";
	context.fillRect(at - 1.5 * ratio, 0, 3 * ratio, height);
	context.fillStyle = "#f2f2f2";
	context.fillRect(at - .5 * ratio, 0, ratio, height);
	context.beginPath();
	context.arc(at, height - 26 * ratio, 9 * ratio, 0, 2 * Math.PI);
	context.fill();
	context.fillStyle = "#222";
	for (const side of [-1, 1]) {
		context.beginPath();
		context.moveTo(at + side * 6 * ratio, height - 26 * ratio);
		context.lineTo(at + side * 2 * ratio, height - 30 * ratio);
		context.lineTo(at + side * 2 * ratio, height - 22 * ratio);
		context.fill();
	}
}
function stroke(marks, dabs, colour) {
	const { context, zoom } = marks;
	inPanes(marks, (x, y) => {
		context.globalAlpha = .5;
		context.fillStyle = colour;
		context.strokeStyle = colour;
		context.lineCap = "round";
		context.beginPath();
		for (const [row, column, radius] of dabs) {
			context.moveTo(x + column * zoom + radius * zoom, y + row * zoom);
			context.arc(x + column * zoom, y + row * zoom, radius * zoom, 0, 2 * Math.PI);
		}
		context.fill();
	});
}
function lasso(marks, points, closed) {
	const { context, ratio, zoom } = marks;
	inPanes(marks, (x, y) => {
		context.beginPath();
		points.forEach(([row, column]) => context.lineTo(x + column * zoom, y + row * zoom));
		if (closed) context.closePath();
		context.lineWidth = 3 * ratio;
		context.strokeStyle = "rgba(0,0,0,.6)";
		context.stroke();
		context.lineWidth = 1.25 * ratio;
		context.strokeStyle = "#fff";
		context.stroke();
	});
}
function rectangle(marks, box) {
	const [top, left, bottom, right] = box;
	lasso(marks, [
		[top, left],
		[top, right],
		[bottom, right],
		[bottom, left]
	], true);
}
function brushCursor({ context, ratio, zoom }, x, y, radius) {
	for (const [colour, width] of [["rgba(0,0,0,.7)", 3], ["#fff", 1.25]]) {
		context.beginPath();
		context.arc(x * ratio, y * ratio, Math.max(radius * zoom, 2), 0, 2 * Math.PI);
		context.lineWidth = width * ratio;
		context.strokeStyle = colour;
		context.stroke();
	}
}
// src/viewer/grading.ts
var WHITE = 255;
var OPAQUE = 4278190080;
var CLASS_HUES = [
	[
		61,
		217,
		217
	],
	[
		79,
		148,
		255
	],
	[
		255,
		212,
		61
	],
	[
		191,
		122,
		255
	]
];
var LEFT_ALONE = [
	92,
	199,
	92
];
var LEFT_ALONE_STATE = 2;
var LEAST_LEFT_ALONE = .6;
var FOUND = [
	51,
	217,
	64
];
var MISSED = [
	255,
	51,
	38
];
var FALSE = [
	255,
	224,
	26
];
function isPlain({ gain, gamma }) {
	return gain === 1 && gamma === 1;
}
/** What each code is shown as, 256 values. */
function tableOf({ gain, gamma }) {
	return Uint8Array.from({ length: 256 }, (_, code) => {
		const gained = Math.min(code * gain / WHITE, 1);
		return Math.round(WHITE * (gamma === 1 ? gained : gained ** (1 / gamma)));
	});
}
/** Writes a plate, grey or R, G, B, into `pixels`, one 32-bit word each, as little-endian machines hold R, G, B, A. */
function writePlate(pixels, { channels, samples }, table) {
	const code = (at) => table[samples[at]];
	if (channels === 1) {
		for (let place = 0; place < pixels.length; place++) pixels[place] = OPAQUE | code(place) * 65793;
		return;
	}
	for (let place = 0, at = 0; place < pixels.length; place++, at += 3) pixels[place] = OPAQUE | code(at + 2) << 16 | code(at + 1) << 8 | code(at);
}
/** Passes pixels that are there already through the table. */
function regrade(pixels, table) {
	for (let place = 0; place < pixels.length; place++) {
		const word = pixels[place];
		const [red, green, blue] = [
			table[word & 255],
			table[word >> 8 & 255],
			table[word >> 16 & 255]
		];
		pixels[place] = OPAQUE | blue << 16 | green << 8 | red;
	}
}
/** Writes a found matte (coverage, class, state): its class's colour, as opaque as it covers. */
function writeMatte(pixels, { samples }) {
	for (let place = 0, at = 0; place < pixels.length; place++, at += 3) {
		const [coverage, kind, state] = [
			samples[at],
			samples[at + 1],
			samples[at + 2]
		];
		if (!kind && !state) pixels[place] = 0;
		else if (state === LEFT_ALONE_STATE) pixels[place] = word(LEFT_ALONE, Math.max(coverage, LEAST_LEFT_ALONE * WHITE));
		else pixels[place] = word(CLASS_HUES[kind] ?? CLASS_HUES[0], coverage);
	}
}
/** Writes a comparison with the truth (true, found): found green, missed red, false yellow. */
function writeTruth(pixels, { samples, channels }) {
	for (let place = 0, at = 0; place < pixels.length; place++, at += channels) {
		const real = samples[at] >= 128;
		const found = samples[at + Math.min(1, channels - 1)] >= 128;
		if (!real && !found) pixels[place] = 0;
		else pixels[place] = word(real ? found ? FOUND : MISSED : FALSE, WHITE);
	}
}
function word([red, green, blue], opacity) {
	return opacity << 24 | blue << 16 | green << 8 | red;
}
// src/viewer/layers.ts
/** Layers kept beside those in view: the frame or the size that was there a moment ago. */
var SPARE = 2;
var Layers = class {
	/** Used last first. */
	layers = [];
	scratch = null;
	/** Canvases of plates that were let go of, to be written to again. */
	free = [];
	/** What to draw for a source. */
	image(source, dress, grade) {
		if ("canvas" in source && isPlain(grade)) return source.canvas;
		const dressed = dress === "plate" ? `${dress} ${grade.gain} ${grade.gamma}` : dress;
		const layer = this.layers.find((one) => one.source === source && one.dress === dressed) ?? this.made(source, dress, grade, dressed);
		this.layers = [layer, ...this.layers.filter((one) => one !== layer)];
		return layer.canvas;
	}
	/** Lets go of what was not drawn, but for a few; `drawn` counts the layers of the picture in view. */
	trim(drawn) {
		const gone = this.layers.splice(drawn + SPARE).filter((one) => one.dress.startsWith("plate"));
		this.free = [...gone.map((one) => one.canvas), ...this.free].slice(0, SPARE);
	}
	/** A canvas of this size, its pixels to be written. */
	blank(width, height, dress) {
		const place = dress === "plate" ? this.free.findIndex((one) => one.width === width && one.height === height) : -1;
		const [used] = place < 0 ? [] : this.free.splice(place, 1);
		return used ?? Object.assign(document.createElement("canvas"), {
			width,
			height
		});
	}
	made(source, dress, grade, dressed) {
		const { width, height } = source;
		const canvas = this.blank(width, height, dress);
		const context = canvas.getContext("2d", { alpha: dress !== "plate" });
		if (!context) throw new Error("The browser has no room for a picture of this size; close other pages.");
		const sheet = this.sheet(context, source);
		const pixels = new Uint32Array(sheet.data.buffer);
		if ("canvas" in source) regrade(pixels, tableOf(grade));
		else if (dress === "plate") writePlate(pixels, source, tableOf(grade));
		else if (dress === "matte") writeMatte(pixels, source);
		else writeTruth(pixels, source);
		context.putImageData(sheet, 0, 0);
		return {
			canvas,
			source,
			dress: dressed
		};
	}
	/** Room for the pixels of a source; with what is in it where that is a canvas. */
	sheet(context, source) {
		const { width, height } = source;
		if ("canvas" in source) return source.canvas.getContext("2d").getImageData(0, 0, width, height);
		if (this.scratch?.width !== width || this.scratch.height !== height) this.scratch = context.createImageData(width, height);
		return this.scratch;
	}
};
/** A copy of a bitmap; `room`, where given, is overwritten and becomes the copy. */
function copied(bitmap, room) {
	const { width, height } = bitmap;
	const canvas = room ?? document.createElement("canvas");
	if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, {
		width,
		height
	});
	const context = canvas.getContext("2d", { alpha: false });
	if (!context) throw new Error("The browser has no room for a picture of this size; close other pages.");
	context.drawImage(bitmap, 0, 0);
	return {
		width,
		height,
		canvas
	};
}
// src/viewer/renderer.ts
var SURROUND = "#1d1d1d";
var MISSING = "#292929";
var Renderer = class {
	canvas;
	context;
	layers = new Layers();
	held = /* @__PURE__ */ new Map();
	/** Throws where the browser has no canvas. */
	constructor(canvas) {
		this.canvas = canvas;
		const context = canvas.getContext("2d", { alpha: false });
		if (!context) throw new Error("This browser cannot draw the picture; use a current Chrome, Edge, Firefox or Safari.");
		this.context = context;
	}
	/** Puts a picture into a slot; null empties it. */
	put(slot, picture) {
		const held = this.held.get(slot);
		if ((held?.given ?? null) === picture) return;
		if (!picture) {
			this.held.delete(slot);
			return;
		}
		const room = held && "canvas" in held.source ? held.source.canvas : null;
		const source = "samples" in picture ? picture : copied(picture, room);
		this.held.set(slot, {
			source,
			given: picture
		});
	}
	draw(scene) {
		const { context } = this;
		const { width, height } = this.canvas;
		context.globalAlpha = 1;
		context.fillStyle = SURROUND;
		context.fillRect(0, 0, width, height);
		const panes = panesOf(scene, width);
		for (const pane of panes) this.drawPane(scene, pane);
		this.layers.trim(this.held.size);
	}
	drawPane(scene, { slot, left, right, origin }) {
		const { context } = this;
		const { plate, zoom } = scene;
		const whole = placed([
			0,
			0,
			plate.height,
			plate.width
		], origin, zoom);
		const from = Math.max(left, whole.left);
		const to = Math.min(right, whole.left + whole.width);
		if (to <= from) return;
		context.save();
		context.beginPath();
		context.rect(from, 0, to - from, this.canvas.height);
		context.clip();
		if (this.held.has(slot)) this.drawLayers(scene, slot, whole, origin);
		else {
			context.fillStyle = MISSING;
			context.fillRect(whole.left, whole.top, whole.width, whole.height);
		}
		context.restore();
	}
	drawLayers(scene, slot, whole, origin) {
		this.stamp(slot, whole, scene);
		if (scene.patchBox && (slot === "b" || scene.mode === 0)) this.stamp("patch", placed(scene.patchBox, origin, scene.zoom), scene);
		this.context.globalAlpha = scene.strength;
		this.stamp("matte", whole, scene);
		this.stamp("truth", whole, scene);
	}
	/** Nearest pixels where it is enlarged: a pixel of the plate is a square. */
	stamp(slot, place, grade) {
		const source = this.held.get(slot)?.source;
		if (!source) return;
		const dress = slot === "matte" || slot === "truth" ? slot : "plate";
		this.context.imageSmoothingEnabled = place.width < source.width;
		this.context.drawImage(this.layers.image(source, dress, grade), place.left, place.top, place.width, place.height);
	}
	close() {
		this.held.clear();
		this.layers.trim(0);
	}
};
/** On whole pixels, so that no edge is blended with what is around it. */
function placed([top, left, bottom, right], origin, zoom) {
	const [x, y] = [Math.round(origin.x + left * zoom), Math.round(origin.y + top * zoom)];
	return {
		left: x,
		top: y,
		width: Math.round(origin.x + right * zoom) - x,
		height: Math.round(origin.y + bottom * zoom) - y
	};
}
function panesOf(scene, width) {
	const { origin } = scene;
	if (scene.mode === 0) return [{
		slot: "a",
		left: 0,
		right: width,
		origin
	}];
	if (scene.mode === 1) return [{
		slot: "a",
		left: 0,
		right: scene.wipe,
		origin
	}, {
		slot: "b",
		left: scene.wipe,
		right: width,
		origin
	}];
	const middle = Math.floor(width / 2);
	return [{
		slot: "a",
		left: 0,
		right: middle,
		origin
	}, {
		slot: "b",
		left: middle,
		right: width,
		origin: {
			x: origin.x + middle,
			y: origin.y
		}
	}];
}
// src/viewer/feeding.ts
/** Brings the pictures that the frame in view needs into the renderer's slots. */
var notices = y$1({});
/** What the viewer has to say about what it shows: "" where it shows what it should. */
var notice = O(() => Object.values(notices.value).find(Boolean) ?? "");
/** Counts what was put into the slots; the picture is drawn anew when it changes. */
var fed = y$1(0);
/** Milliseconds from asking for the frame in view to its picture being there. */
var lastWait = y$1(0);
var SETTLE = 120;
var PREFETCHED = 2;
function scaleFor(zoomed, width, height) {
	let scale = 1;
	while (scale < 8 && (zoomed * scale * 2 <= 1.001 || Math.max(width, height) / scale > 16384)) scale *= 2;
	return scale;
}
function plan(number, version, scale) {
	const of = (kind, query = {}) => wanted(number, kind, version, scale, query);
	const mattes = {
		...matteShown.value ? { matte: of("matte") } : {},
		...truthShown.value ? { truth: of("truth") } : {}
	};
	if (flip.value) return {
		a: of("neighbour", {
			offset: flip.value,
			aligned: 1
		}),
		...mattes
	};
	switch (compare.value) {
		case "wipe":
		case "side": return {
			a: of("before"),
			b: of("after"),
			...mattes
		};
		case "difference": return {
			a: of("difference"),
			...mattes
		};
		default: return {
			a: of(compare.value),
			...mattes
		};
	}
}
var NOTICES = {
	after: "Repaired picture is being made: the source is shown",
	difference: "Difference is being made",
	neighbour: "Aligning the neighbour"
};
/** Keeps the slots filled. Returns what ends it. */
function feed(renderer) {
	const ends = [
		feedStill(renderer),
		feedPlay(renderer),
		feedPatch(renderer)
	];
	return () => ends.forEach((end) => end());
}
function tell(slot, words) {
	if ((notices.peek()[slot] ?? "") !== words) notices.value = {
		...notices.peek(),
		[slot]: words
	};
}
/** Which frame the picture in a slot is of. */
var frameIn = /* @__PURE__ */ new Map();
function feedStill(renderer) {
	let inHand = new AbortController();
	const end = x$1(() => {
		const one = clip.value;
		const number = frame.value;
		const facts = factsInView.value;
		const previous = inHand;
		inHand = new AbortController();
		if (!one || playing.value) {
			previous.abort();
			frameIn.clear();
			return;
		}
		const scale = scaleFor(zoom.value, one.width, one.height);
		const wants = plan(number, facts?.version ?? "", scale);
		const source = wanted(number, "before", "", scale);
		const filling = {
			renderer,
			frame: number,
			signal: inHand.signal,
			source,
			began: performance.now()
		};
		for (const slot of [
			"a",
			"b",
			"matte",
			"truth"
		]) fill(slot, wants[slot] ?? null, filling);
		previous.abort();
		if (facts?.known) prefetch(number, scale, inHand.signal);
	});
	return () => {
		inHand.abort();
		end();
	};
}
function show(slot, picture, filling) {
	if (filling.signal.aborted) return;
	filling.renderer.put(slot, picture);
	frameIn.set(slot, filling.frame);
	fed.value = fed.peek() + 1;
}
function fill(slot, want, filling) {
	const kept = want && pictures.get(keyOf(want));
	if (!want || kept) {
		finish$1(slot, kept ?? null, filling);
		return;
	}
	const standIn = NOTICES[want.kind];
	if (standIn) tell(slot, standIn);
	if (frameIn.get(slot) !== filling.frame) bridge(slot, standIn !== void 0, filling);
	if (want.kind !== "before" && !want.version) return;
	(want.kind === "before" ? fetchPicture(want, filling.signal) : onceAtRest(want, filling.signal)).then((picture) => finish$1(slot, picture, filling), (error) => {
		if (filling.signal.aborted || isAbort(error)) return;
		tell(slot, error instanceof Error ? error.message : String(error));
	});
}
/** What has to be made is only asked for when the hand rests and the source is there, so that stepping stays light. */
async function onceAtRest(want, stop) {
	await new Promise((done) => setTimeout(done, SETTLE));
	await sourceArrived(want.frame);
	stop.throwIfAborted();
	return fetchPicture(want, stop);
}
function finish$1(slot, picture, filling) {
	if (filling.signal.aborted) return;
	show(slot, picture, filling);
	tell(slot, "");
	if (slot === "a") lastWait.value = performance.now() - filling.began;
}
/** What is shown until the picture is there: the source for plates, nothing for mattes. */
function bridge(slot, stands, filling) {
	if (stands) fetchPicture(filling.source, filling.signal).then((picture) => standFor(slot, picture, filling), () => void 0);
	else if (slot === "matte" || slot === "truth") show(slot, null, filling);
}
function standFor(slot, picture, filling) {
	if (frameIn.get(slot) !== filling.frame) show(slot, picture, filling);
}
/** Asks for what is next to the frame in view, once that is there and nobody moves. */
function prefetch(number, scale, stop) {
	setTimeout(() => {
		if (!stop.aborted) aroundIt(number, scale, stop).catch(() => void 0);
	}, SETTLE);
}
async function aroundIt(number, scale, stop) {
	for (let away = 1; away <= PREFETCHED; away++) for (const near of [existing(number + away), existing(number - away, -1)]) {
		await fetchPicture(wanted(near, "before", "", scale), stop);
		if (!versionOf(near)) await glance(near, stop);
		if (away === 1 && compare.peek() !== "before") await fetchPicture(wanted(near, "after", versionOf(near), scale), stop);
		if (stop.aborted) return;
	}
}
function feedPlay(renderer) {
	return x$1(() => {
		const pair = proxyInView.value;
		if (!pair) return;
		const after = pair.after ?? pair.before;
		renderer.put("a", compare.value === "after" ? after : pair.before);
		renderer.put("b", after);
		renderer.put("matte", null);
		renderer.put("truth", null);
		tell("a", "");
		tell("b", pair.after || compare.value === "before" ? "" : "Not repaired yet: the source is shown");
		fed.value = fed.peek() + 1;
	});
}
function feedPatch(renderer) {
	let abort = new AbortController();
	const end = x$1(() => {
		const one = patch.value;
		abort.abort();
		abort = new AbortController();
		renderer.put("patch", null);
		if (!one || one.frame !== frame.value) return;
		const stop = abort.signal;
		rawPicture(address(one.picture.replace(/^\/api/, ""), {
			view: view.value,
			exposure: exposure.value || void 0,
			format: "raw"
		}), stop).then((picture) => {
			if (stop.aborted) return;
			renderer.put("patch", picture);
			fed.value = fed.peek() + 1;
		}, complain);
	});
	return () => {
		abort.abort();
		end();
	};
}
// src/viewer/strokes.ts
var LIGHTEST = .25;
/** Radius of a dab: a pen's pressure scales it, a mouse draws with all of it. */
function dabRadius(event, radius) {
	return event.pointerType === "pen" ? radius * (LIGHTEST + .75 * event.pressure) : radius;
}
/** Whether a dab lies far enough from the last one to be worth sending. */
function isNews(dabs, [row, column, radius]) {
	const last = dabs.at(-1);
	return !last || Math.hypot(row - last[0], column - last[1]) > Math.max(.5, radius * .15);
}
function boxOf([r0, c0], [r1, c1], size) {
	const within = (value, limit) => Math.min(Math.max(value, 0), limit);
	return [
		within(Math.floor(Math.min(r0, r1)), size.height),
		within(Math.floor(Math.min(c0, c1)), size.width),
		within(Math.ceil(Math.max(r0, r1)), size.height),
		within(Math.ceil(Math.max(c0, c1)), size.width)
	];
}
function middleOf([top, left, bottom, right]) {
	return [(top + bottom) / 2, (left + right) / 2];
}
/** Even-odd, as the decisions file counts. */
function isInside(outline, [row, column]) {
	let inside = false;
	outline.forEach(([r1, c1], place) => {
		const [r0, c0] = outline[(place + outline.length - 1) % outline.length];
		if (r1 > row !== r0 > row && column < (c0 - c1) * (row - r1) / (r0 - r1) + c1) inside = !inside;
	});
	return inside;
}
function isTouched([top, left, bottom, right], dabs) {
	return dabs.some(([row, column, radius]) => {
		const dr = row - Math.min(Math.max(row, top), bottom);
		const dc = column - Math.min(Math.max(column, left), right);
		return dr * dr + dc * dc <= radius * radius;
	});
}
/** The smallest region under a point, with some slack around it. */
function regionAt(regions, [row, column], slack) {
	return regions.filter(({ box }) => row >= box[0] - slack && row < box[2] + slack && column >= box[1] - slack && column < box[3] + slack).sort((one, other) => one.area - other.area)[0] ?? null;
}
// src/viewer/pointer.ts
/** Pointer gestures in the viewer: pan, wipe, pick, lasso, sweep, paint, erase, box. */
var GRIP = 9;
var STILL = 4;
var SLACK = 8;
var drawn = y$1(null);
/** Strokes that are on their way to the server, shown until the picture is made anew. */
var pendingStrokes = y$1([]);
var pointerAt = y$1(null);
var gesture = null;
function place(event) {
	const bounds = event.currentTarget.getBoundingClientRect();
	return {
		x: event.clientX - bounds.left,
		y: event.clientY - bounds.top
	};
}
function isOnWipe(x) {
	const { width, ratio } = canvasSize.value;
	return compare.value === "wipe" && Math.abs(x - wipe.value * width / ratio) <= GRIP;
}
function kindFor(event, x) {
	if (event.button === 1 || event.button === 2) return "pan";
	const chosen = tool.value;
	if (chosen === "hand") return isOnWipe(x) ? "wipe" : "pan";
	return event.pointerType === "pen" && event.button === 5 && chosen === "paint" ? "erase" : chosen;
}
function cursorAt(x) {
	if (gesture?.kind === "pan") return "grabbing";
	if (tool.value === "hand") return isOnWipe(x) ? "ew-resize" : "default";
	return tool.value === "lasso" || tool.value === "box" ? "crosshair" : "none";
}
function pressed(event) {
	if (gesture) return;
	emptyBox.value = null;
	const at = place(event);
	event.currentTarget.setPointerCapture(event.pointerId);
	const adds = event.shiftKey || event.ctrlKey || event.metaKey;
	gesture = {
		kind: kindFor(event, at.x),
		pointer: event.pointerId,
		start: at,
		last: at,
		moved: false,
		adds
	};
	if (gesture.kind !== "pan" && gesture.kind !== "wipe") {
		drawn.value = {
			kind: gesture.kind,
			points: [],
			dabs: []
		};
		extend(event, at);
	}
}
function moved(event) {
	const at = place(event);
	pointerAt.value = at;
	if (!gesture || gesture.pointer !== event.pointerId) return;
	const { start, last } = gesture;
	if (Math.hypot(at.x - start.x, at.y - start.y) > STILL) gesture.moved = true;
	const { ratio, width } = canvasSize.value;
	if (gesture.kind === "wipe") wipe.value = Math.min(Math.max(at.x * ratio / width, 0), 1);
	else if (gesture.kind === "pan") {
		if (gesture.moved) pan((at.x - last.x) * ratio, (at.y - last.y) * ratio);
	} else {
		const bounds = event.currentTarget.getBoundingClientRect();
		const parts = event.getCoalescedEvents?.() ?? [];
		for (const part of parts.length ? parts : [event]) extend(part, {
			x: part.clientX - bounds.left,
			y: part.clientY - bounds.top
		});
	}
	gesture.last = at;
}
function extend(event, at) {
	const now = drawn.value;
	if (!now) return;
	const point = plateAt(at.x, at.y);
	const dab = [
		point[0],
		point[1],
		dabRadius(event, brush.value)
	];
	if (now.kind === "box") drawn.value = {
		...now,
		points: [now.points[0] ?? point, point]
	};
	else if (now.kind === "lasso") drawn.value = {
		...now,
		points: [...now.points, point]
	};
	else if (isNews(now.dabs, dab) && now.dabs.length < (session.value?.limits.stroke_points ?? 2e4)) drawn.value = {
		...now,
		dabs: [...now.dabs, dab]
	};
}
function released(event) {
	const ending = gesture;
	if (!ending || ending.pointer !== event.pointerId) return;
	gesture = null;
	const what = drawn.value;
	drawn.value = null;
	if (ending.kind === "pan" && !ending.moved && event.button === 0) pick(place(event), ending.adds);
	else if (what) finish(what, ending);
}
function cancelled() {
	gesture = null;
	drawn.value = null;
}
function finish(what, ending) {
	const size = clip.value;
	if (!size || playing.value) return;
	const [first, last] = [what.points[0], what.points.at(-1)];
	if (what.kind === "lasso" && first) {
		if (!ending.moved) return pick(ending.start, ending.adds);
		select(regionsInView.value.filter((row) => isInside(what.points, middleOf(row.box))).map((row) => row.id), ending.adds);
	} else if (what.kind === "sweep") select(regionsInView.value.filter((row) => isTouched(row.box, what.dabs)).map((row) => row.id), ending.adds);
	else if (what.kind === "box" && first && last) {
		const box = boxOf(first, last, size);
		if (box[2] - box[0] > 1 && box[3] - box[1] > 1) detectIn(box);
	} else if (what.dabs.length) sendStroke(what);
}
function sendStroke(what) {
	const erase = what.kind === "erase";
	const mine = {
		frame: frame.value,
		dabs: what.dabs,
		erase
	};
	pendingStrokes.value = [...pendingStrokes.value, mine];
	paint({ stroke: {
		points: what.dabs.map(rounded),
		radius: brush.value
	} }, erase);
}
function rounded([row, column, radius]) {
	const two = (value) => Math.round(value * 100) / 100;
	return [
		two(row),
		two(column),
		two(radius)
	];
}
function pick(at, adds) {
	const row = regionAt(regionsInView.value, plateAt(at.x, at.y), SLACK * canvasSize.value.ratio / zoom.value);
	if (!row) {
		if (!adds) clearSelection();
		return;
	}
	select([row.id], adds);
	focusById(row.id, false);
}
function wheeled(event) {
	event.preventDefault();
	const at = place(event);
	const { ratio } = canvasSize.value;
	const pixels = event.deltaMode === 1 ? event.deltaY * 30 : event.deltaY;
	zoomTo(zoom.value * 2 ** (-pixels / 240), at.x * ratio, at.y * ratio);
}
function left() {
	pointerAt.value = null;
}
// src/viewer/Viewer.tsx
/** The viewer: the picture, what is drawn over it, and the hands on it. */
var MODES = {
	wipe: 1,
	side: 2
};
var DEAD = 1e-4;
function mode() {
	return flip.value ? 0 : MODES[compare.value] ?? 0;
}
function drawPicture(renderer) {
	const one = clip.value;
	if (!one) return;
	renderer.draw({
		mode: mode(),
		plate: {
			width: one.width,
			height: one.height
		},
		origin: origin.value,
		zoom: zoom.value,
		wipe: Math.round(wipe.value * canvasSize.value.width),
		gain: gain.value,
		gamma: Math.max(gamma.value, DEAD),
		strength: overlayStrength.value,
		patchBox: patch.value?.box ?? null
	});
}
function drawMarks(context) {
	const { width, height, ratio } = canvasSize.value;
	const second = mode() === 2;
	const middle = pane.value.width;
	const at = origin.value;
	const panes = [{
		...at,
		clipLeft: 0,
		clipRight: second ? middle : width
	}];
	if (second) panes.push({
		x: at.x + middle,
		y: at.y,
		clipLeft: middle,
		clipRight: width
	});
	const over = {
		context,
		ratio,
		zoom: zoom.value,
		panes
	};
	begin(over);
	if (outlinesShown.value && !playing.value && compare.value !== "difference") regions(over, regionsInView.value, selected.value, focused.value?.id ?? "");
	for (const one of pendingStrokes.value) if (one.frame === frame.value) stroke(over, one.dabs, one.erase ? "#111" : "#f5f5f5");
	drawGesture(over);
	if (mode() === 1) wipeLine(over, Math.round(wipe.value * width));
	if (second) {
		context.fillStyle = "#0c0c0c";
		context.fillRect(middle - ratio, 0, 2 * ratio, height);
	}
	const hand = pointerAt.value;
	if (hand && [
		"paint",
		"erase",
		"sweep"
	].includes(tool.value)) brushCursor(over, hand.x, hand.y, brush.value);
}
function drawGesture(over) {
	const now = drawn.value;
	const size = clip.value;
	if (!now || !size) return;
	const [first, last] = [now.points[0], now.points.at(-1)];
	if (now.kind === "box" && first && last) rectangle(over, boxOf(first, last, size));
	else if (now.kind === "lasso") lasso(over, now.points, false);
	else stroke(over, now.dabs, now.kind === "erase" ? "#111" : "#f5f5f5");
}
/** Draws when something that `reads` has changed, once per screen refresh at most. */
function onRefresh(reads, draw) {
	let request = 0;
	const end = x$1(() => {
		reads();
		if (!request) request = requestAnimationFrame(() => (request = 0, draw()));
	});
	return () => {
		cancelAnimationFrame(request);
		end();
	};
}
function pictureReads() {
	return [
		fed,
		clip,
		compare,
		flip,
		origin,
		zoom,
		wipe,
		canvasSize,
		gain,
		gamma,
		overlayStrength,
		patch
	].map((one) => one.value);
}
function marksRead() {
	return [
		clip,
		frame,
		compare,
		flip,
		origin,
		zoom,
		wipe,
		canvasSize,
		outlinesShown,
		playing,
		regionsInView,
		selected,
		focused,
		drawn,
		pendingStrokes,
		pointerAt,
		tool,
		brush
	].map((one) => one.value);
}
function Viewer() {
	const picture = A$1(null);
	const over = A$1(null);
	const room = A$1(null);
	const failure = useSignal("");
	h$2(() => {
		const [canvas, above, around] = [
			picture.current,
			over.current,
			room.current
		];
		const context = above?.getContext("2d");
		if (!canvas || !above || !around || !context) return;
		let renderer;
		try {
			renderer = new Renderer(canvas);
		} catch (error) {
			failure.value = error instanceof Error ? error.message : String(error);
			complain(error);
			return;
		}
		const watched = new ResizeObserver(() => resize(around, canvas, above));
		watched.observe(around);
		resize(around, canvas, above);
		around.addEventListener("wheel", wheeled, { passive: false });
		const ends = [
			feed(renderer),
			onRefresh(pictureReads, () => drawPicture(renderer)),
			onRefresh(marksRead, () => drawMarks(context))
		];
		return () => {
			watched.disconnect();
			around.removeEventListener("wheel", wheeled);
			ends.forEach((end) => end());
			renderer.close();
		};
	}, []);
	useSignalEffect(() => {
		if (lookAt.value) bringIntoView(lookAt.value);
	});
	useSignalEffect(() => {
		if (!factsInView.value?.known) return;
		pendingStrokes.value = [];
		patch.value = null;
	});
	return /* @__PURE__ */ u("div", {
		class: "viewer",
		ref: room,
		role: "application",
		"aria-label": "Viewer: the picture before and after repair",
		tabIndex: 0,
		style: { cursor: cursorAt(pointerAt.value?.x ?? -99) },
		onPointerDown: pressed,
		onPointerMove: moved,
		onPointerUp: released,
		onPointerCancel: cancelled,
		onPointerLeave: left,
		onContextMenu: (event) => event.preventDefault(),
		onDblClick: () => tool.value === "hand" && (zoom.value >= 1 ? fit() : zoomTo(1)),
		children: [
			/* @__PURE__ */ u("canvas", {
				ref: picture,
				class: "picture",
				"aria-hidden": "true"
			}),
			/* @__PURE__ */ u("canvas", {
				ref: over,
				class: "marks",
				"aria-hidden": "true"
			}),
			/* @__PURE__ */ u(Labels, {}),
			/* @__PURE__ */ u(Readout, {}),
			failure.value && /* @__PURE__ */ u("p", {
				class: "viewer-failure",
				role: "alert",
				children: failure.value
			}),
			emptyBox.value?.frame === frame.value && /* @__PURE__ */ u("div", {
				class: "offer",
				role: "alertdialog",
				"aria-label": "Nothing found in the box",
				onPointerDown: (event) => event.stopPropagation(),
				children: [
					/* @__PURE__ */ u("span", { children: "Nothing found there, even at high sensitivity." }),
					/* @__PURE__ */ u("button", {
						onClick: () => void addEmptyBox(),
						children: "Repair the whole box"
					}),
					/* @__PURE__ */ u("button", {
						onClick: () => emptyBox.value = null,
						children: "Leave it"
					})
				]
			})
		]
	});
}
function resize(around, ...canvases) {
	const ratio = window.devicePixelRatio || 1;
	const width = Math.max(Math.round(around.clientWidth * ratio), 1);
	const height = Math.max(Math.round(around.clientHeight * ratio), 1);
	for (const canvas of canvases) if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, {
		width,
		height
	});
	const was = canvasSize.peek();
	if (was.width !== width || was.height !== height || was.ratio !== ratio) canvasSize.value = {
		width,
		height,
		ratio
	};
}
var SINGLE = {
	before: "Before",
	after: "After",
	difference: "Difference",
	infrared: "Infrared"
};
function Labels() {
	if (flip.value) return /* @__PURE__ */ u("span", {
		class: "pane-label start",
		children: [
			"Frame ",
			flip.value > 0 ? `+${flip.value}` : flip.value,
			", aligned"
		]
	});
	if (mode() === 0) return /* @__PURE__ */ u("span", {
		class: "pane-label start",
		children: SINGLE[compare.value]
	});
	return /* @__PURE__ */ u(S$1, { children: [/* @__PURE__ */ u("span", {
		class: "pane-label start",
		children: "Before"
	}), /* @__PURE__ */ u("span", {
		class: "pane-label end",
		children: "After"
	})] });
}
function Readout() {
	const facts = factsInView.value;
	const words = notice.value || (looking.value || facts && !facts.known && !playing.value ? "Looking at this frame" : "");
	const hand = pointerAt.value;
	const at = hand ? plateAt(hand.x, hand.y).map(Math.floor) : null;
	const one = clip.value;
	const inside = at && one && at.every((value, axis) => value >= 0 && value < (axis ? one.width : one.height));
	return /* @__PURE__ */ u(S$1, { children: [(words || facts?.message) && /* @__PURE__ */ u("span", {
		class: "notice",
		role: "status",
		children: [words && !playing.value && /* @__PURE__ */ u("i", {
			class: "spinner",
			"aria-hidden": "true"
		}), words || facts?.message]
	}), /* @__PURE__ */ u("span", {
		class: "readout",
		"aria-hidden": "true",
		children: [inside && /* @__PURE__ */ u("b", { children: [
			"x ",
			at[1],
			" y ",
			at[0]
		] }), /* @__PURE__ */ u("b", { children: [Math.round(zoom.value * 1e3) / 10, " %"] })]
	})] });
}
// src/App.tsx
/** The page: bar, picture, transport, timeline, and the panel on the right. */
var PANELS = [
	{
		id: "defects",
		label: "Defects",
		key: "F1"
	},
	{
		id: "walk",
		label: "Pipeline",
		key: "F2"
	},
	{
		id: "settings",
		label: "Settings",
		key: "F3"
	},
	{
		id: "work",
		label: "Work",
		key: "F4"
	}
];
function App() {
	if (ended.value) return /* @__PURE__ */ u("main", {
		class: "over",
		children: [/* @__PURE__ */ u("h1", { children: "The review has ended" }), /* @__PURE__ */ u("p", { children: ended.value })]
	});
	if (!clip.value) return /* @__PURE__ */ u("main", {
		class: "over",
		children: [/* @__PURE__ */ u("p", { children: "Opening…" }), /* @__PURE__ */ u(Messages, {})]
	});
	return /* @__PURE__ */ u("main", {
		class: "page",
		children: [
			/* @__PURE__ */ u(TopBar, {}),
			/* @__PURE__ */ u(Viewer, {}, "viewer"),
			/* @__PURE__ */ u("aside", {
				class: "side",
				children: [/* @__PURE__ */ u("div", {
					class: "tabs",
					role: "tablist",
					"aria-label": "Panels",
					children: PANELS.map(({ id, label, key }) => /* @__PURE__ */ u("button", {
						role: "tab",
						"aria-selected": panel.value === id,
						title: `${label}  (${key})`,
						onClick: () => panel.value = id,
						children: label
					}, id))
				}), /* @__PURE__ */ u("div", {
					class: "panel",
					role: "tabpanel",
					"aria-label": panel.value,
					children: [
						panel.value === "defects" && /* @__PURE__ */ u(DefectList, {}),
						panel.value === "walk" && /* @__PURE__ */ u(WalkPanel, {}),
						panel.value === "settings" && /* @__PURE__ */ u(SettingsPanel, {}),
						panel.value === "work" && /* @__PURE__ */ u(WorkPanel, {})
					]
				})]
			}),
			/* @__PURE__ */ u(Transport, {}),
			/* @__PURE__ */ u("footer", {
				class: "foot",
				children: [/* @__PURE__ */ u(Timeline, {}), /* @__PURE__ */ u(Legend, {})]
			}),
			/* @__PURE__ */ u(Messages, {}),
			/* @__PURE__ */ u(Help, {})
		]
	});
}
function Legend() {
	return /* @__PURE__ */ u("ul", {
		class: "legend",
		"aria-label": "Colours",
		children: [Object.entries(CLASS_COLOUR).map(([name, colour]) => /* @__PURE__ */ u("li", { children: [/* @__PURE__ */ u("i", {
			class: "ring",
			style: { borderColor: colour }
		}), name] }, name)), FLAG_MARKS.map(({ label, colour }) => /* @__PURE__ */ u("li", { children: [/* @__PURE__ */ u("i", { style: { background: colour } }), label] }, label))]
	});
}
function Messages() {
	return /* @__PURE__ */ u("div", {
		class: "messages",
		"aria-live": "polite",
		children: messages.value.map(({ id, text, grave }) => /* @__PURE__ */ u("p", {
			class: grave ? "grave" : "",
			role: grave ? "alert" : "status",
			children: [text, /* @__PURE__ */ u("button", {
				class: "bare",
				"aria-label": "Dismiss",
				onClick: () => dismiss(id),
				children: "×"
			})]
		}, id))
	});
}
// src/api/events.ts
var FIRST_WAIT = 500;
var LONGEST_WAIT = 8e3;
/** Listens, and connects anew for ever where the line breaks. Returns what ends it. */
function listen(listener) {
	let socket = null;
	let wait = FIRST_WAIT;
	let timer = 0;
	let ended = false;
	function connect() {
		socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/events`);
		socket.onmessage = (message) => {
			const event = JSON.parse(String(message.data));
			if (event.type === "hello") {
				wait = FIRST_WAIT;
				listener.connected(true);
			}
			listener.event(event);
		};
		socket.onclose = () => {
			if (ended) return;
			listener.connected(false);
			timer = window.setTimeout(connect, wait);
			wait = Math.min(wait * 2, LONGEST_WAIT);
		};
	}
	connect();
	return () => {
		ended = true;
		window.clearTimeout(timer);
		socket?.close();
	};
}
// src/keys/listen.ts
/** Runs the commands of the keyboard map. */
function fillNumber(place) {
	const fill = session.value?.fills[place];
	if (fill) decide("fill", fill);
}
function ifThere(there, what, run) {
	if (there) run();
	else say(`This clip has no ${what}.`);
}
var RUN = {
	accept: () => decide("accept"),
	veto: () => decide("veto"),
	protect: () => decide("protect"),
	"protect-shot": protectShot,
	"fill-1": () => fillNumber(0),
	"fill-2": () => fillNumber(1),
	"fill-3": () => fillNumber(2),
	"fill-4": () => fillNumber(3),
	"fill-5": () => fillNumber(4),
	clear: () => decide("none"),
	undo,
	redo,
	"defect-next": () => moveCursor(1),
	"defect-previous": () => moveCursor(-1),
	"defect-extend": () => moveCursor(1, true),
	"defect-extend-up": () => moveCursor(-1, true),
	"worth-next": () => jump(1),
	"worth-previous": () => jump(-1),
	"cut-next": () => jump(1, "cut"),
	"cut-previous": () => jump(-1, "cut"),
	"select-all": selectAll,
	escape: () => {
		helpOpen.value = false;
		flip.value = 0;
		emptyBox.value = null;
		tool.value = "hand";
		clearSelection();
	},
	play: togglePlay,
	"shuttle-back": () => shuttle(-1),
	"shuttle-stop": stop,
	"shuttle-on": () => shuttle(1),
	"step-on": () => step(1),
	"step-back": () => step(-1),
	"leap-on": () => step(10),
	"leap-back": () => step(-10),
	first: () => end(0),
	last: () => end(1),
	in: markIn,
	out: markOut,
	"marks-clear": clearMarks,
	loop: loopAround,
	wipe: () => toggleCompare("wipe"),
	side: () => toggleCompare("side"),
	flip: flipBeforeAfter,
	difference: () => toggleCompare("difference"),
	matte: () => matteShown.value = !matteShown.value,
	outlines: () => outlinesShown.value = !outlinesShown.value,
	truth: () => ifThere(clip.value?.truth, "truth matte", () => truthShown.value = !truthShown.value),
	infrared: () => ifThere(clip.value?.infrared, "infrared channel", () => toggleCompare("infrared")),
	"neighbour-back": () => stepFlip(-1),
	"neighbour-on": () => stepFlip(1),
	fit,
	one: () => fitted.value ? zoomTo(1) : fit(),
	"defect-zoom": () => focused.value && zoomOnBox(focused.value.box),
	"zoom-in": () => zoomStep(1),
	"zoom-out": () => zoomStep(-1),
	"look-reset": resetLook,
	hand: () => tool.value = "hand",
	lasso: () => pickTool("lasso"),
	sweep: () => pickTool("sweep"),
	paint: () => pickTool("paint"),
	erase: () => pickTool("erase"),
	box: () => pickTool("box"),
	"brush-less": () => growBrush(1 / 1.25),
	"brush-more": () => growBrush(1.25),
	"panel-defects": () => panel.value = "defects",
	"panel-walk": () => panel.value = "walk",
	"panel-settings": () => panel.value = "settings",
	"panel-work": () => panel.value = "work",
	help: () => helpOpen.value = !helpOpen.value
};
function end(which) {
	stop();
	const edge = range.value[which];
	const whole = which ? clip.value?.last : clip.value?.first;
	goTo(frame.value === edge && whole !== void 0 ? whole : edge);
}
/** Keys that a control in focus needs for itself. */
function isTyping(event) {
	const target = event.target;
	if (target instanceof HTMLTextAreaElement) return true;
	if (target instanceof HTMLInputElement) {
		if (target.type === "range") return event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End";
		return target.type !== "checkbox" || event.key === " ";
	}
	if (target instanceof HTMLSelectElement) return true;
	return target instanceof HTMLButtonElement && (event.key === "Enter" || event.key === " ");
}
function listenToKeys() {
	const pressed = (event) => {
		const run = RUN[isTyping(event) && event.key !== "Escape" ? "" : commandOf(event)];
		if (!run) return;
		event.preventDefault();
		if (event.key === "Escape") document.activeElement?.blur();
		run();
	};
	window.addEventListener("keydown", pressed);
	return () => window.removeEventListener("keydown", pressed);
}
// src/main.tsx
/** Starts the page. */
async function open() {
	const got = await get("/session");
	const one = got.clips.find(({ id }) => id === clipId.peek()) ?? got.clips[0];
	if (!one) throw new Error("No clip is open; give one to engine-cli review.");
	const again = session.peek() !== null;
	r(() => {
		session.value = got;
		if (!again) frame.value = one.first;
		clipId.value = one.id;
	});
	if (again) {
		forgetFrames(null);
		refreshList();
		refreshTimeline();
		await loadDecisions();
	}
}
/** Another clip: nothing that is shown holds any more. */
function changeClip() {
	let shown = "";
	return x$1(() => {
		const id = clipId.value;
		const one = clip.peek();
		if (!id || id === shown || !one) return;
		shown = id;
		r(() => {
			stop();
			clearMarks();
			clearSelection();
			focused.value = null;
			resetLook();
			forgetFrames(null);
			forgetProxies();
			frame.value = Math.min(Math.max(frame.peek(), one.first), one.last);
			wholeClip();
		});
		loadDecisions();
		loadSettings();
	});
}
function heard(event) {
	switch (event.type) {
		case "hello":
			jobs.value = event.jobs;
			break;
		case "job":
			takeJob(event.job);
			break;
		case "clip":
			replaceClip(event.clip);
			break;
		case "changed":
			if (event.clip !== clipId.peek()) break;
			forgetFrames(event.frames);
			forgetProxies();
			if (event.why !== "decisions") refreshList();
			refreshTimeline();
			break;
		case "known":
			if (event.clip !== clipId.peek()) break;
			forgetProxies(event.frame);
			refreshList();
			refreshTimeline();
			break;
		case "bye":
			ended.value = event.message || "The server has ended; the decisions are on the disk.";
			break;
		case "notice": say(event.message, true);
	}
}
var lost = false;
listen({
	event: heard,
	connected(there) {
		connected.value = there;
		if (there && lost) open().catch(complain);
		lost = !there;
	}
});
changeClip();
followFrame();
followFilter();
followTimeline();
runTransport();
listenToKeys();
R(/* @__PURE__ */ u(App, {}), document.getElementById("app"));
open().catch(complain);
