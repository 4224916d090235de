"""What `import skelshot.teachers` brings in."""

import subprocess
import sys

CODE = """
import sys
import skelshot.teachers, skelshot.teachers.models.family
upper = ("skelshot.synthesis", "skelshot.mini_teacher")
print([name for name in sys.modules if name.startswith(upper)])
"""


def test_teachers_need_no_synthesis() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"
