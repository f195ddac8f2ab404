"""The symbols in which statements are written."""

import sympy as sp

C, eta, z, K, K_p, K_v, k, L, N, d = sp.symbols("C eta z K K_p K_v k L N d", positive=True)
a, a_prime, b, b_prime, delta, eps_0, eps = sp.symbols(
    "a a' b b' delta epsilon_0 epsilon", positive=True
)
eps_p, eps_v, delta_y, r_star = sp.symbols("epsilon_p epsilon_v Delta_y r^*", nonnegative=True)
V, P, S, S_p, S_v, X, X_s, Z, G = sp.symbols("V P S S_p S_v X X_s Z G")
d_H = sp.Function("d_H")
h = sp.Function("h")
covering = sp.Function("N")
OPT = sp.Function("OPT")
OPT_P = sp.Function("OPT_P")
union = sp.Function("cup")
least = sp.Function("min_S_p")
empty = sp.Symbol("emptyset")

D_1 = (4 * a * a_prime) ** (1 / d)
D_2 = 1 / z**2
alpha = eta * (b * k * L / a) ** (1 / d)
beta = 2 * b_prime ** (1 / d)
