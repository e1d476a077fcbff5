/** Registers every lowering. One line a file; a new op adds its line here. */
import './elementwise';
import './matmul';
import './reduce';
