"""Who is put to the test, in the order of the page, and which packages are not."""

SELECTORS = (
    "fpsample_modes:vanilla",
    "fpsample_modes:vanilla_without_repeats",
    "fpsample_modes:npdu",
    "fpsample_modes:npdu_kdtree",
    "fpsample_modes:bucket_kdtree",
    "fpsample_modes:bucket_kdline",
    "scipy_clusters:kmeans",
    "scipy_clusters:complete_linkage",
    "scipy_clusters:nearest_neighbours",
    "scikit_learn_clusters:seeds",
    "scikit_learn_clusters:kmeans",
    "scikit_learn_clusters:complete_linkage",
    "apricot_facilities:naive",
    "apricot_facilities:lazy",
    "apricot_facilities:two_stage",
    "submodlib_functions:facility_location",
    "submodlib_functions:disparity_min",
    "submodlib_functions:disparity_min_of_any_size",
    "spopt_p_center:p_center",
)
"""Module of this folder and function."""

LEFT_OUT = {
    "scikit-learn-extra 0.3.0": "its wheel installs and does not import with NumPy 2: `ValueError: "
    "numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, "
    "got 88 from PyObject`",
    "skmatter 0.4.1": "it needs `scikit-learn<1.9`, and this environment pins 1.9.1",
    "submodlib": "the package index has none of this name; submodlib-py is the one",
    "kmedoids 0.5.5, qc-selector 0.1.4": "they install; their licence (GPL-3.0) keeps them out of "
    "the extras of this package",
}
"""Packages that were considered, and why they are not here (Python 3.11)."""
