"""Speed and memory, measured beside peers in one run. Never part of a test's pass or fail.

`python -m benchmarks` runs everything; each benchmark is a command of its own, such as
`python -m benchmarks.forest_scoring`. Results go to `benchmarks/results/`: a JSON file with every
median and the machine, and a chart. Times are worth little on a busy machine; contestants take
turns within a run, so ratios are worth more.

Peers are optional; those that cannot be imported are named and left out. All of them:

    pip install pyod onnxruntime skl2onnx coniferest isotree treelite scikit-learn-intelex daal
    pip install pandas polars duckdb
"""
