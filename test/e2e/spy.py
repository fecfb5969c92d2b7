"""A PCA that keeps what it should forget: spy.py DATA KEPT

Links every file that ever appears below DATA into KEPT, so that batches can be
told apart even after they were merged or dropped.  Ends when KEPT/stop is
there, or after ten minutes."""
import os
import sys
import time

data, kept = sys.argv[1:]
end = time.monotonic() + 600
while time.monotonic() < end and not os.path.exists(kept + "/stop"):
    for folder in ("pending", "issued", "linkage"):
        for name in os.listdir("%s/%s" % (data, folder)):
            there = "%s/%s-%s" % (kept, folder, name)
            if name.endswith(".seg") and not os.path.exists(there):
                try:
                    os.link("%s/%s/%s" % (data, folder, name), there)
                except FileNotFoundError:
                    pass                # it was gone already
    time.sleep(0.002)
