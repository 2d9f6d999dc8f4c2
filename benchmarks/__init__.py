"""How fast convlib is: run ``python -m benchmarks``. See README.md here.

What decides the speed of a library is read when it is loaded, so it is set here, first.
"""

import os
import warnings

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
# Forcing NumPy's matrix product onto older instructions would spoil every ratio.
FORCED_KERNEL = os.environ.pop("OPENBLAS_CORETYPE", None)
# Paddle asks for a compiler cache, which nothing here needs.
warnings.filterwarnings("ignore", message="No ccache found")
