"""eigh.py HESSIAN: seconds that numpy.linalg.eigh takes for a symmetric matrix of raw doubles, as a line of CSV."""

import os
import sys
import time

import numpy

values = numpy.fromfile(sys.argv[1])
order = int(round(len(values) ** 0.5))
matrix = values.reshape(order, order)
start = time.time()
eigenvalues, vectors = numpy.linalg.eigh(matrix, UPLO="U")  # a lower triangle column by column
seconds = time.time() - start
threads = os.environ.get("OPENBLAS_NUM_THREADS", "")
print(f"numpy.linalg.eigh,{threads} threads,,,{order},{order},{seconds:.2f},,,,{eigenvalues[6]:.7f}")
