"""The part of the build that pyproject.toml cannot say: the Cython modules and where the packages lie."""

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup

KERNELS = ["_anomaly", "_lttb", "_quantiles", "_samples", "_windows"]

setup(
    packages=[*find_packages(include=["control*", "dataplane*"]), "hcc_kernels"],
    package_dir={"hcc_kernels": "native/kernels/hcc_kernels"},
    package_data={
        "hcc_kernels": ["*.pyi", "*.pxd", "py.typed"],
        "control": ["py.typed"],
        "control.billing": ["units.txt"],
        "control.billing.documents": ["templates/*", "words/*.toml"],
        "control.billing.mails": ["templates/*"],
        "control.web": ["templates/**/*", "static/*", "locale/*/LC_MESSAGES/*.po"],
        "control.monitoring.builtin": ["*/*.toml"],
        "dataplane": ["py.typed"],
    },
    ext_modules=cythonize(
        [
            Extension(
                f"hcc_kernels.{name}",
                [f"native/kernels/hcc_kernels/{name}.pyx"],
                include_dirs=[np.get_include()],
                define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
                extra_compile_args=["-O3"],
            )
            for name in KERNELS
        ],
        build_dir=".build/cython",
        include_path=["native/kernels"],
        language_level=3,
    ),
)
