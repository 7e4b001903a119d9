"""The part of the build that pyproject.toml cannot say: the Cython module and where the packages lie."""

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup

setup(
    packages=[*find_packages(include=["control*", "dataplane*"]), "hcc_kernels"],
    package_dir={"hcc_kernels": "native/kernels/hcc_kernels"},
    package_data={"hcc_kernels": ["*.pyi", "py.typed"], "control": ["py.typed"], "dataplane": ["py.typed"]},
    ext_modules=cythonize(
        [
            Extension(
                "hcc_kernels._lttb",
                ["native/kernels/hcc_kernels/_lttb.pyx"],
                include_dirs=[np.get_include()],
                define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
                extra_compile_args=["-O3"],
            )
        ],
        build_dir=".build/cython",
        language_level=3,
    ),
)
