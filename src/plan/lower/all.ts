/** Registers every lowering. One line a file; a new op adds its line here. */
import './elementwise';
import './embedding';
import './matmul';
import './reduce';
