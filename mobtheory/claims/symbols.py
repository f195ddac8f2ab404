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

# One row of softmax attention: w = softmax(s), values u, output o, dropped tokens D of mass m.
m, kappa, A, r, gamma, rho_max, rho_min = sp.symbols(
    "m kappa A r gamma rho_max rho_min", positive=True
)
Delta, Delta_o, Delta_o_S, Delta_z, delta_s, delta_next, Lambda, B, m_2 = sp.symbols(
    "Delta Delta_o Delta_o_S Delta_z delta_s delta_next Lambda B m_2", nonnegative=True
)
o, o_S, o_D, o_tilde, v, D_dropped, S_star, U, W_V, mu, nu, w, w_tilde = sp.symbols(
    "o o_S o_D otilde v D S^* U W_V mu nu w wtilde"
)
key_query, mlp, gain, z_norm = sp.symbols("a M g z_eps")
norm, diam, W_1, Phi, Lip, sup = (
    sp.Function(name) for name in ("norm", "diam", "W_1", "Phi", "Lip", "sup")
)
circumradius = sp.Function("r")
laplace = sp.Function("L")
least_transport = sp.Function("min_wtilde")
weight, value, logit, nearest = (sp.Function(name) for name in ("w", "u", "s", "pi"))
total_merged, total_dropped = sp.Function("Sum_D_1"), sp.Function("Sum_D_2")
total = sp.Function("Sum_D")
