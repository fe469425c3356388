import hashlib
import itertools
